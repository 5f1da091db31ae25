"""What machines ask: is the process there, can it work, what does it count. And what every page shows on an error."""

import hmac
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from web.security.addresses import is_this_machine
from web.security.measurements import measurements

BROKER_SECONDS: Final = 1


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that this process serves."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer whether this process can work: the database answers and has all migrations; the broker is told only."""
    checks = {"database": database_answers(), "migrations": False, "broker": broker_answers()}
    checks["migrations"] = checks["database"] and is_migrated()
    ready = checks["database"] and checks["migrations"]
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the measurements to this machine itself, or to who has the token."""
    if not (is_this_machine(request) or has_token(request)):
        raise PermissionDenied
    return HttpResponse(measurements(at=timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")


def has_token(request: HttpRequest) -> bool:
    wanted = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_migrated() -> bool:
    """Whether every migration of this version is applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker_answers() -> bool:
    """Whether the broker takes a connection; work waits in the database where it does not."""
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return False
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=BROKER_SECONDS) as broker:  # type: ignore[no-untyped-call]
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return False
    return True


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - given by Django
    """Tell that a form was sent from elsewhere or is too old."""
    return render(request, "403_csrf.html", status=403)
