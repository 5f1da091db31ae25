"""What Prometheus reads: requests, sign-ins, jobs and books. Names of routes, states and books only.

Several processes of one server write their counts into the folder PROMETHEUS_MULTIPROC_DIR (config/gunicorn.py).
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import Count, Min
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from ledger.models.proofs import BookHead
from month.models import Job

REQUESTS: Final = Counter("tongfa_requests", "Requests by route and status", ["route", "method", "status"])
SECONDS: Final = Histogram(
    "tongfa_request_seconds",
    "Time of a request by route",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REFUSED_SIGN_INS: Final = Counter("tongfa_refused_sign_ins", "Sign-ins that were refused")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class State(Collector):
    """What the database says at this moment, the same in every process."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield jobs by state with the age of the oldest, and the age of each book's newest seal."""
        jobs = GaugeMetricFamily("tongfa_jobs", "Jobs by state", labels=["state"])
        oldest = GaugeMetricFamily("tongfa_oldest_job_seconds", "Age of the oldest job of a state", labels=["state"])
        open_states = ("WAITING", "RUNNING", "FAILED")
        found = Job.objects.values("status").annotate(number=Count("pk"), asked_at=Min("asked_at"))
        for row in found.order_by("status"):
            jobs.add_metric([row["status"]], row["number"])
            if row["status"] in open_states:
                oldest.add_metric([row["status"]], self.age(row["asked_at"]))
        yield jobs
        yield oldest
        heads = GaugeMetricFamily("tongfa_book_head_age_seconds", "Age of the newest seal of a book", labels=["book"])
        for book, sealed_at in BookHead.objects.order_by("book__code").values_list("book__code", "recorded_at"):
            heads.add_metric([book], self.age(sealed_at))
        yield heads

    def age(self, moment: datetime) -> int:
        return max(0, int((self.at - moment).total_seconds()))


def measure_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request; methods that are none count as one, so that nobody can make up series."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(route=route, method=known, status=str(status)).inc()
    SECONDS.labels(route=route).observe(seconds)


def measurements(*, at: datetime) -> bytes:
    """Return everything in the text format of Prometheus."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    state = CollectorRegistry()
    state.register(State(at=at))
    return counted + generate_latest(state)
