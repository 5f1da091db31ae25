"""What auditors take away, measured: standard exports, printed vouchers, the audit pack."""

from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.planting import plant_payments
from benchmarks.scales import Scale
from benchmarks.server import Server
from benchmarks.telling import Row, voucher_rows


def standard_exports(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """GB/T 24589.1-2010 and the audit platform's csv of a month of vouchers, in memory that stays flat."""
    found: dict[str, Any] = {}
    for lines in scale.exported:
        with server.database("posted") as name:
            server.run("posting", "post_mixed", database=name, lines=lines)
            for form in ("gbt24589", "platform"):
                found[f"{form} {lines}"] = server.run("standard_exports", "export", database=name, form=form)
    rows = []
    few, many = scale.exported
    for form in ("gbt24589", "platform"):
        small, large = found[f"{form} {few}"], found[f"{form} {many}"]
        rows.append(
            Row(
                "standard_exports",
                f"{form}: {large['vouchers']:,} vouchers, {large['lines']:,} lines, {large['mb']:,.0f} MB; memory as at"
                f" {small['vouchers']:,} vouchers ({small['peak_mb']:.0f} MB, {small['seconds']:.1f} s)",
                f"{large['seconds']:.1f} s, of it client {large['client_seconds']:.1f} s, {large['peak_mb']:.0f} MB",
                ratio=small["peak_mb"] / large["peak_mb"],
                at_least=0.8,
            )
        )
    return rows, found


def vouchers(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """Print runs of A5 vouchers out of the books, beside xhtml2pdf voucher by voucher."""
    with server.database("vouchers") as name:
        server.run("vouchers", "post_some", database=name, vouchers=scale.printed)
        found = {
            what: server.run("vouchers", "print_run", database=name, days=days)
            for what, days in (("tenth", 3), ("half", 15), ("all", 30))
        }
        found["single"] = server.run("vouchers", "print_single", database=name, vouchers=scale.printed_singly)
    return voucher_rows(found), found


def audit_pack(server: Server, scale: Scale) -> tuple[list[Row], Any]:
    """The audit pack of a year, made, and verified by its own program in less time."""
    found: list[dict[str, Any]] = []
    rows = []
    for lines in scale.lines[1:]:
        with server.database("packed") as name, TemporaryDirectory() as folder:
            server.run("posting", "post_mixed", database=name, lines=lines)
            administration = server.connect(name)
            plant_payments(administration, payments=lines)
            administration.close()
            server.settle()
            path = f"{folder}/pack.zip"
            made = server.run("audit_pack", "make_pack", database=name, path=path)
            verified = server.run("audit_pack", "verify_pack", database=name, path=path)
        found.append({"made": made, "verified": verified})
        rows.append(
            Row(
                "audit_pack",
                f"{made['vouchers']:,} vouchers, {made['lines']:,} lines, {lines:,} payments",
                f"made in {made['seconds']:.1f} s, {made['peak_mb']:.0f} MB; verified in {verified['seconds']:.1f} s,"
                f" {verified['peak_mb']:.0f} MB",
                ratio=made["seconds"] / verified["seconds"],
                at_least=1,
            )
        )
    return rows, found
