"""The audit pack."""

from pathlib import Path

from tests.attacks import Stage
from tests.packs import packed, verify
from tests.payroll import own_stage, stage  # noqa: F401 the fixtures


def test_a_good_pack_agrees_with_itself(own_stage: Stage, tmp_path: Path) -> None:
    made = packed(tmp_path)
    said = verify(tmp_path / "pack.zip")
    print(said.stdout, said.stderr, made.stated)
    assert said.returncode == 0, said.stdout + said.stderr
