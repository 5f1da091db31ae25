"""The answers that every operation may give beside its own."""

from typing import Final

from web.api.fields import Problem

PROBLEMS: Final = {frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429}): Problem}
