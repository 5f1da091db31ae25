"""The housing award and the medical premium worked out in a browser; the figures are those of the policy's cases."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.sign_ins import hire, signed_in
from tests.web.desks import page
from web.budget_desk.passing_figures import ROWS_MAX

pytestmark = [pytest.mark.django_db]
AT = reverse("passing_figures")
DAY = "2026-11-10"
UNPROCESSABLE = 422


@pytest.fixture
def reader(db: None) -> Client:
    hire("reader", "auditor")
    return signed_in("reader")


def answer(client: Client, **query: Any) -> tuple[int, str]:
    found = client.get(AT, query)
    return found.status_code, found.content.decode()


@pytest.mark.parametrize(
    ("rooms", "sizes", "washrooms", "said"),
    [
        (["20"], ["28"], "", ("100,800.00", "224,000.00")),
        (["1"], ["34"], "", ("5,400.00", "12,000.00")),
        (["1"], ["29.99"], "", ("5,398.20", "11,996.00")),
        (["1"], ["30.01"], "", ("5,400.00", "12,000.00")),
        (["1", ""], ["28", ""], "1", ("6,040.00", "13,700.00")),
        (["1", "2"], ["28", "31"], "", ("15,840.00", "3 rooms of 90.00 square metres", "88.00 count")),
        ([""], [""], "3", ("3,000.00", "7,500.00", "0 rooms")),
    ],
)
def test_the_housing_award_is_worked_out(
    reader: Client, rooms: list[str], sizes: list[str], washrooms: str, said: tuple[str, ...]
) -> None:
    status, text = answer(reader, on=DAY, rooms=rooms, size=sizes, washrooms=washrooms)
    assert status == 200
    for one in said:
        assert one in text, one
    assert "Medical premium</h2>" not in text


def test_the_medical_premium_is_worked_out(reader: Client) -> None:
    text = page(reader, f"{AT}?on={DAY}&persons=4253")
    assert "42,530.00" in text
    assert "Housing award</h2>" not in text
    assert "99,999,990.00" in page(reader, f"{AT}?on={DAY}&persons=9999999")


def test_a_page_that_nothing_was_typed_in_has_the_form_alone(reader: Client) -> None:
    text = page(reader, AT)
    assert text.count('name="rooms"') == 4
    assert "<h2>" not in text


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"on": "2026-02-30", "persons": "7"}, "no day"),
        ({"on": "2003-12-31", "persons": "7"}, "no value on this day"),
        ({"on": "2003-12-31", "washrooms": "7"}, "no value on this day"),
        ({"on": DAY, "persons": "-7"}, "from 0 to 9999999"),
        ({"on": DAY, "persons": "10000000"}, "from 0 to 9999999"),
        ({"on": DAY, "washrooms": "1.5"}, "from 0 to 9999"),
        ({"on": DAY, "washrooms": "10000"}, "from 0 to 9999"),
        ({"on": DAY, "rooms": "0", "size": "28"}, "from 1 to 9999"),
        ({"on": DAY, "rooms": "x", "size": "28"}, "from 1 to 9999"),
        ({"on": DAY, "rooms": "2", "size": ""}, "square metres, such as"),
        ({"on": DAY, "rooms": "2", "size": "0"}, "square metres, such as"),
        ({"on": DAY, "rooms": "2", "size": "10000.01"}, "square metres, such as"),
        ({"on": DAY, "rooms": "2", "size": "NaN"}, "square metres, such as"),
        ({"on": DAY, "rooms": "2", "size": "1.005"}, "square metres, such as"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field_and_stays(
    reader: Client, query: dict[str, str], fault: str
) -> None:
    status, text = answer(reader, **query)
    assert status == UNPROCESSABLE
    assert fault in text
    assert text.count('aria-invalid="true"') == (2 if "rooms" in query else 1)
    for typed in filter(None, query.values()):
        assert f'value="{typed}"' in text
    assert "<h2>" not in text


def test_the_first_day_of_the_policy_is_taken_and_rows_have_an_end(reader: Client) -> None:
    assert "70.00" in page(reader, f"{AT}?on=2004-01-01&persons=7")
    many = ["1"] * (ROWS_MAX + 1)
    assert f"{ROWS_MAX} rooms of" in answer(reader, on=DAY, rooms=many, size=many)[1]
    assert AT in page(reader, reverse("passing"))
