"""How the desks hold many officers at once, told beside the barest answer of the same server in the same run."""

from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.scales import Scale
from benchmarks.server import Server
from benchmarks.telling import Row

BARE = "GET /healthz"
ALL = "Aggregated"


def desks(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Officers at once at the desks of the demo district; no request may fail."""
    with TemporaryDirectory() as folder, server.database("browsed", template="plain") as name:
        server.run("browsing", "fill", database=name, users=scale.officers, folder=folder)
        server.settle()
        found = server.run(
            "browsing", "visit", database=name, users=scale.officers, seconds=scale.browsing, folder=folder
        )
    rows = []
    for page, measured in found.items():
        told = f"p50 {measured['p50_ms']:.0f} ms, p95 {measured['p95_ms']:.0f} ms, {measured['requests']:,} requests"
        if page == ALL:
            failed = measured["failures"]
            rows.append(
                Row(
                    "desks",
                    f"{scale.officers} officers at once, {failed} failures",
                    f"{told}, {measured['per_second']:.0f}/s",
                    ratio=float(failed == 0),
                    at_least=1,
                )
            )
        else:
            bare = found[BARE]["p95_ms"] or 1.0
            rows.append(Row("desks", page, told, ratio=bare / max(measured["p95_ms"], 1.0)))
    return rows, found
