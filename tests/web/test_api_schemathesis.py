"""schemathesis asks every operation in-process, on the real database: no 500, and answers that fit the description."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import golden
from tests.api import token
from tests.attacks import Stage
from web.access_table import ROUTES, ByToken
from web.api import callers

stage = golden.stage
EXAMPLES = 12  # of each kind: what fits the description, and what does not
OPERATIONS = sorted(name.partition(":")[2] for name, rule in ROUTES.items() if isinstance(rule, ByToken))
BARE = ("books", "months")  # they ask for nothing that could be wrong
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
KINDS = [
    (name, mode)
    for name in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if name not in BARE or mode is GenerationMode.POSITIVE
]


@pytest.fixture(scope="module")
def asked(stage: Stage) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The operations of the description that the program itself gives, and a token of all scopes without a rate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callers, "CALLS_MAX", 1_000_000)
        described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        found = [one.ok() for one in described.get_all_operations() if isinstance(one, Ok)]
        operations = {operation.definition.raw["operationId"]: operation for operation in found}
        yield operations, {"Authorization": f"Bearer {token()}"}


@pytest.mark.parametrize(("name", "mode"), KINDS)
def test_whatever_is_asked_is_answered_as_described(
    asked: tuple[dict[str, Any], dict[str, str]], name: str, mode: GenerationMode
) -> None:
    operations, headers = asked

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations[name].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
