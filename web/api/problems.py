"""What a refused call is answered with: a problem of RFC 9457 with the name of the rule, its facts and the remedy."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse

from imports.refusals import UnableToStage
from ledger.refusals import UnableToPost
from web.act_words import refusal_told
from web.api.refusals import CONFLICT, ApiRefusal, status_of

PROBLEM: Final = "application/problem+json"


def problem_of(refusal: UnableToPost | UnableToStage) -> tuple[int, str]:
    """Return the status of a refusal and the text of its problem, in the language of the call."""
    status = status_of(refusal) if isinstance(refusal, UnableToPost) else CONFLICT
    name = refusal.name if isinstance(refusal, UnableToPost) else type(refusal).__name__
    return status, text_of(
        {
            "type": f"urn:tongfa:refusal:{name}",
            "title": str(refusal.message),
            "status": status,
            "name": name,
            "detail": refusal_told(refusal),
            "facts": {key: told(value) for key, value in refusal.facts.items() if value not in (None, "")},
            "remedy": str(refusal.remedy),
        }
    )


def told(value: Any) -> Any:
    """Return a fact as it is told: a text, or a list of places; never a number."""
    return value if isinstance(value, list) else str(value)


def text_of(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def problem_answer(refusal: UnableToPost | UnableToStage) -> HttpResponse:
    """Return the answer to a call that is refused."""
    status, text = problem_of(refusal)
    answer = HttpResponse(text, status=status, content_type=PROBLEM)
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Tongfa"'
    if isinstance(refusal, ApiRefusal) and refusal.wait_seconds:
        answer.headers["Retry-After"] = str(refusal.wait_seconds)
    return answer
