"""schemathesis asks every operation in-process, on the real database: no 500, and answers that fit the description."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import golden
from tests.api import token
from tests.attacks import Stage
from web.api import callers

own = golden.stage
EXAMPLES = 25
described = schemathesis.pytest.from_fixture("description")
secrets: list[str] = []


@pytest.fixture(scope="module")
def description(own: Stage) -> Iterator[Any]:
    """The description of the API as the program itself gives it; calls are not counted against a rate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callers, "CALLS_MAX", 1_000_000)
        secrets.append(token())
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@described.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_is_answered_as_described(case: Any) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {secrets[-1]}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
