"""Act once for each idempotency key: the act, its answer and the key are one transaction."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Final

from django.db import DataError, IntegrityError, connection, transaction
from django.http import HttpResponse
from ninja.params.functions import Header
from pydantic import BaseModel, BeforeValidator

from imports.refusals import UnableToStage
from ledger.recording import ORIGIN, acting_from, record_refusal
from ledger.refusals import UnableToPost
from web.api.callers import Caller
from web.api.fields import KEY, schema, text_like
from web.api.problems import PROBLEM, problem_of
from web.api.refusals import DatabaseRefused, KeyUsedOtherwise, RequestUnderWay
from web.models import ApiRequest

Key = Annotated[str, BeforeValidator(text_like(KEY)), schema(KEY, "claim-2026-0001"), Header(alias="Idempotency-Key")]
REPEATED: Final = "Idempotent-Replayed"
LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
JSON: Final = "application/json"
WAIT_SECONDS: Final = 1


def act_once(
    *,
    caller: Caller,
    key: str,
    operation: str,
    subject: str,
    asked: BaseModel,
    status: int,
    act: Callable[[], BaseModel],
) -> HttpResponse:
    """Answer what an act makes, or what it made when it was asked for with this key before.

    What refuses the act is an answer, too, and kept. What does not come to an end is not: nothing has acted then.

    :raises RequestUnderWay: while the first request with the key is under way
    :raises KeyUsedOtherwise: if the key was used for something else
    """
    digest = sha256(f"{operation}\n{asked.model_dump_json()}".encode()).hexdigest()
    with transaction.atomic(), acting_from(f"{ORIGIN.get()} token {caller.token.handle}"):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [f"api/{caller.officer.pk}/{key}"])
            if not cursor.fetchone()[0]:
                raise RequestUnderWay("request_is_alone", {"key": key}, wait_seconds=WAIT_SECONDS)
        known = ApiRequest.objects.filter(officer=caller.officer, key=key).first()
        if known is not None:
            if known.digest != digest:
                raise KeyUsedOtherwise("api_request_acts_once", {"key": key})
            return answer_of(known, repeated=True)
        status, answer = answer_to(act, caller=caller, operation=operation, subject=subject, status=status)
        made = ApiRequest.objects.create(
            officer=caller.officer,
            token=caller.token,
            key=key,
            operation=operation,
            digest=digest,
            status=status,
            answer=answer,
            at=caller.at,
        )
    return answer_of(made, repeated=False)


def answer_to(
    act: Callable[[], BaseModel], *, caller: Caller, operation: str, subject: str, status: int
) -> tuple[int, str]:
    """Return status and text of the answer; an act that is refused is undone, and the refusal stands in the trail."""
    refusal: UnableToPost | UnableToStage
    try:
        with transaction.atomic():
            return status, act().model_dump_json()
    except (UnableToPost, UnableToStage) as refused:
        refusal = refused
    except (DataError, IntegrityError):
        refusal = DatabaseRefused("database_takes_it")
    if isinstance(refusal, UnableToPost):
        record_refusal(
            chain="", at=caller.at, actor=caller.officer.username, act=operation, subject=subject[:200], refusal=refusal
        )
    return problem_of(refusal)


def answer_of(known: ApiRequest, *, repeated: bool) -> HttpResponse:
    """Return a kept answer."""
    is_problem = known.status >= 400
    answer = HttpResponse(known.answer, status=known.status, content_type=PROBLEM if is_problem else JSON)
    answer.headers["Cache-Control"] = "no-store"
    if repeated:
        answer.headers[REPEATED] = "true"
    return answer
