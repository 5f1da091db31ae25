"""Put the operations together under /api/v1/, answer what is refused, and describe it all in openapi.json."""

from functools import wraps
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from ledger.refusals import UnableToPost
from web.api import books, changes, claims, months
from web.api.bodies import StrictParser
from web.api.callers import Bearer
from web.api.problems import PROBLEM, problem_answer
from web.api.refusals import ApiRefusal, BodyTooLarge, BodyUnreadable, MethodRefused, NothingHere, RequestUnfit
from web.api.token_pages import api_tokens

FAULTS_MAX: Final = 20
PLACE_MAX: Final = 200


class Api(NinjaAPI):
    """The API, whose problems are described as what they are."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name under which the table of ``web.access_table`` knows an operation."""
        return str(operation.url_name)

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the description, with the type of problems."""
        described = super().get_openapi_schema(**kwargs)
        for operations in described["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {PROBLEM: answer["content"]["application/json"]}
        return described


api = Api(
    title="Tongfa",
    version="1",
    description="Changes of staff in, claims in, results out. Money is text with two decimals. See docs/api.md.",
    urls_namespace="api",
    docs_url=None,
    auth=Bearer(),
    parser=StrictParser(),
)
for router in (months.router, books.router, changes.router, claims.router):
    api.add_router("", router)


@api.exception_handler(UnableToPost)
def refused(_request: HttpRequest, refusal: UnableToPost) -> HttpResponse:
    """Answer what the call or the books refuse."""
    return problem_answer(refusal)


@api.exception_handler(ValidationError)
def unfit(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the places that do not fit; what stood there is not repeated."""
    places = [
        {"place": place_of(fault["loc"]), "fault": str(fault["type"])} for fault in list(error.errors)[:FAULTS_MAX]
    ]
    return problem_answer(RequestUnfit("request_fits_its_description", {"faults": places}))


def place_of(parts: Any) -> str:
    return ".".join(map(str, parts)).encode("utf-8", "replace").decode()[:PLACE_MAX]


@api.exception_handler(Http404)
def not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    """Answer for what is not there."""
    return problem_answer(NothingHere("address_names_something"))


@api.exception_handler(HttpError)
def unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer for a body that could not be read: ninja hides what our reader raised behind its own error."""
    cause = error.__cause__
    return problem_answer(cause if isinstance(cause, ApiRefusal) else BodyUnreadable("body_is_one_json_object"))


@api.exception_handler(RequestDataTooBig)
def too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    """Answer for a body that Django does not read whole."""
    return problem_answer(BodyTooLarge("body_is_within_its_size"))


def with_problems(pattern: URLPattern) -> URLPattern:
    """Return a pattern whose refusal of a method is a problem like every other."""
    view = pattern.callback

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = view(request, *args, **kwargs)
        if answer.status_code != MethodRefused.status:
            return answer
        refused_method = problem_answer(MethodRefused("address_takes_the_method"))
        refused_method.headers["Allow"] = answer.headers.get("Allow", "")
        return refused_method

    answering.csrf_exempt = True  # type: ignore[attr-defined]
    pattern.callback = answering
    return pattern


@csrf_exempt
def nothing_here(_request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 any other address below
    """Answer for an address that no operation has, as the operations answer."""
    return problem_answer(NothingHere("address_names_something"))


patterns, app_name, namespace = api.urls
api_urls = ([with_problems(pattern) for pattern in patterns if isinstance(pattern, URLPattern)], app_name, namespace)
urlpatterns = [
    path("api/v1/", api_urls),
    path("api/<path:rest>", nothing_here, name="api_nothing"),
    path("api-tokens/", api_tokens, name="api_tokens"),
]
