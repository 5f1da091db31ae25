"""Read the body of a call: one JSON object, and nothing in it that readers take differently."""

import json
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from web.api.refusals import BodyNotJson, BodyUnreadable

DIGITS_MAX: Final = 18


class StrictParser(Parser):
    """JSON without doubled names, NaN, and numbers that others would round."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the object of a body.

        :raises BodyNotJson: if it is said to be something else
        :raises BodyUnreadable: if it is no such object
        """
        if request.content_type != "application/json":
            raise BodyNotJson("body_is_json")
        try:
            read = json.loads(
                request.body.decode("utf-8"), object_pairs_hook=object_of, parse_constant=refuse, parse_int=short_int
            )
        except (ValueError, RecursionError) as error:
            raise BodyUnreadable("body_is_one_json_object") from error
        if not isinstance(read, dict):
            raise BodyUnreadable("body_is_one_json_object")
        return read


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object none of whose names stands twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def short_int(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError("a number is too long")
    return int(digits)
