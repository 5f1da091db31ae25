"""Channels as files, and the folders of a bank: a file appears there once, and it can be told later whether it did."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from payouts.bank_formats import format_names
from payouts.channels import folder_drop
from payouts.channels.channel_files import SHIPPED, BadChannel, NoChannel, channel_for, channel_named, load_channels
from payouts.channels.folder_drop import FolderDrop, NameTaken, Seen, TooLarge

GOOD = """
name: county-bank
description: 县农商行
source: 协议
formats: [list_gb18030]
checks_ids: false
settles_by: RESULT
"""


def test_every_format_has_one_shipped_channel() -> None:
    taken = [one for channel in load_channels(folder=SHIPPED).values() for one in channel.formats]
    assert sorted(taken) == sorted(format_names())
    assert channel_for(format_name="pain.001.001.09").checks_ids
    assert not channel_for(format_name="list_gb18030").checks_ids


def test_an_unknown_format_or_name_is_told_with_those_there_are() -> None:
    with pytest.raises(NoChannel, match="iso20022, lists"):
        channel_for(format_name="x")
    with pytest.raises(NoChannel, match="iso20022, lists"):
        channel_named(name="x")


def test_a_debtor_keeps_its_account_out_of_logs() -> None:
    debtor = channel_named(name="iso20022").debtor
    assert debtor is not None
    assert debtor.account not in repr(channel_named(name="iso20022"))


@pytest.mark.parametrize(
    ("changed", "to", "place"),
    [
        ("name: county-bank", "name: ../out", "name"),
        ("name: county-bank", "", "name"),
        ("formats: [list_gb18030]", "formats: []", "formats"),
        ("formats: [list_gb18030]", "formats: [[x]]", "formats"),
        ("checks_ids: false", 'checks_ids: "no"', "checks_ids"),
        ("settles_by: RESULT", "settles_by: HOPE", "settles_by"),
        ("settles_by: RESULT", "settles_by: RESULT\nretry: 3", "retry"),
        ("settles_by: RESULT", "settles_by: RESULT\ndebtor: {name: x}", "debtor"),
        ("name: county-bank", "name: [", "file"),
        ("checks_ids: false", "checks_ids: false\nchecks_ids: true", "file"),
    ],
)
def test_a_faulty_channel_is_refused_with_its_place(tmp_path: Path, changed: str, to: str, place: str) -> None:
    (tmp_path / "one.yaml").write_text(GOOD.replace(changed, to), "utf-8")
    with pytest.raises(BadChannel, match=f"one.yaml: {place}: "):
        load_channels(folder=tmp_path)


def test_a_format_belongs_to_one_channel(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "two.yaml").write_text(GOOD.replace("county-bank", "city-bank"), "utf-8")
    with pytest.raises(BadChannel, match="taken by county-bank"):
        load_channels(folder=tmp_path)


@pytest.fixture
def drop(tmp_path: Path) -> FolderDrop:
    return FolderDrop(tmp_path / "bank")


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def test_a_file_appears_whole_and_once(drop: FolderDrop) -> None:
    token = drop.prepare(name="a.txt", content=b"pay")
    look = {"token": token, "name": "a.txt", "digest": digest(b"pay")}
    assert not list(drop.out.iterdir())
    assert drop.look(**look) is Seen.NOT_DELIVERED
    assert drop.deliver(token=token, name="a.txt")
    assert (drop.out / "a.txt").read_bytes() == b"pay"
    assert drop.look(**look) is Seen.DELIVERED
    assert not drop.deliver(token=token, name="a.txt")
    (drop.out / "a.txt").unlink()  # the bank takes it
    assert drop.look(**look) is Seen.NOT_KNOWN
    assert not drop.deliver(token=token, name="a.txt")


def test_what_another_made_ready_is_not_taken_for_ones_own(drop: FolderDrop) -> None:
    first = drop.prepare(name="a.txt", content=b"pay")
    assert drop.deliver(token=first, name="a.txt")
    (drop.out / "a.txt").unlink()
    second = drop.prepare(name="a.txt", content=b"pay")
    assert drop.look(token=first, name="a.txt", digest=digest(b"pay")) is Seen.NOT_KNOWN
    drop.withdraw(token=second)
    assert not list(drop.ready.iterdir())


def test_another_file_of_the_name_is_not_written_over(drop: FolderDrop) -> None:
    drop.make()
    (drop.out / "a.txt").write_bytes(b"other")
    with pytest.raises(NameTaken):
        drop.prepare(name="a.txt", content=b"pay")
    assert drop.look(token="none", name="a.txt", digest=digest(b"pay")) is Seen.NOT_KNOWN


def test_the_folders_are_for_their_owner_alone(drop: FolderDrop) -> None:
    token = drop.prepare(name="a.txt", content=b"pay")
    assert drop.out.stat().st_mode & 0o077 == 0
    assert (drop.ready / token).stat().st_mode & 0o077 == 0


def test_only_whole_files_have_arrived(drop: FolderDrop) -> None:
    drop.make()
    for name in ("b.txt", "a.xml", ".hidden", "c.part", "d.tmp"):
        (drop.incoming / name).write_bytes(b"x")
    (drop.incoming / "folder").mkdir()
    (drop.incoming / "link").symlink_to("/etc/hostname")
    os.mkfifo(drop.incoming / "pipe")
    assert [path.name for path in drop.arrived()] == ["a.xml", "b.txt"]


def test_a_file_that_comes_twice_is_kept_twice(drop: FolderDrop) -> None:
    drop.make()
    for _time in range(2):
        (drop.incoming / "a.xml").write_bytes(b"x")
        drop.put_away(drop.incoming / "a.xml", folder=drop.done)
    assert sorted(path.name for path in drop.done.iterdir()) == ["a-2.xml", "a.xml"]


def test_a_file_beyond_the_limit_is_not_read(drop: FolderDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.make()
    monkeypatch.setattr(folder_drop, "SIZE_MAX", 3)
    (drop.incoming / "a.xml").write_bytes(b"1234")
    with pytest.raises(TooLarge):
        drop.read(drop.incoming / "a.xml")
    (drop.incoming / "a.xml").write_bytes(b"123")
    assert drop.read(drop.incoming / "a.xml") == b"123"
