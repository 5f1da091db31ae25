"""``manage.py trace ID``: what a payment, a voucher or anything else follows from, and where it leads."""

import json
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from audit.traces import DEPTH, FIRST, Step, forms
from audit.tracing import trace_for
from ledger.masking import masked
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from month.management.commands.month import officer_of
from month.posts import demo_officer


class Command(BaseCommand):
    help = "Trace a payment, a voucher or anything else to what it follows from, and where its money went."

    def create_parser(self, *arguments: Any, **named: Any) -> Any:
        listed = "\n".join(f"  {form:<42} {title}" for form, title in sorted(forms().items()))
        return super().create_parser(
            *arguments, formatter_class=RawDescriptionHelpFormatter, epilog=f"{_('References:')}\n{listed}", **named
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", metavar="ID", help=_("what to trace, such as payment:2026-11/17"))
        parser.add_argument("--depth", type=int, default=DEPTH, help=_("how many steps to go"))
        parser.add_argument("--skip", type=int, default=0, help=_("rows of the lists of the start to leave out"))
        parser.add_argument("--rows", type=int, default=FIRST, help=_("rows of the lists of the start to show"))
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="format_name")
        parser.add_argument("--as", dest="officer", help=_("officer who acts"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        officer = officer_of(asked) or demo_officer("auditor")
        at = timezone.now()
        subject = masked(asked.reference)[:200]
        try:
            with (
                acting_from("manage.py trace"),
                refusals_recorded(chain="", at=at, actor=officer.username, act="trace.read", subject=subject),
            ):
                steps = trace_for(
                    reference=asked.reference,
                    officer=officer,
                    at=at,
                    depth=max(asked.depth, 0),
                    skipped=max(asked.skip, 0),
                    length=max(asked.rows, 1),
                )
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        if asked.format_name == "json":
            self.stdout.write(json.dumps([asdict(step) for step in steps], ensure_ascii=False, indent=1, default=str))
        else:
            console = Console(file=self.stdout)  # type: ignore[arg-type]
            for step in steps:
                console.print(tree_of(step), highlight=False)


def tree_of(step: Step) -> Tree:
    """Return a step with all behind it as a tree."""
    tree = Tree(told(step), guide_style="dim")
    branches = [(tree, step)]
    while branches:
        branch, shown = branches.pop()
        branches += [(branch.add(told(child)), child) for child in shown.children]
        for left in shown.left_out:
            branch.add(_("… and {count} more: {kind}; --skip shows them").format(count=left.rows, kind=left.kind))
    return tree


def told(step: Step) -> str:
    """Return a step in words: what it is, by whom and when, and what is known of it."""
    head = f"[bold]{escape(step.title)}[/bold]" + (f"  [cyan]{escape(step.reference)}[/cyan]" if step.reference else "")
    if step.is_elsewhere:
        return f"{head}  [dim]{_('(told elsewhere in this trace)')}[/dim]"
    signed = " ".join(part for part in (step.by, when(step.at)) if part)
    facts = "; ".join(f"{fact.label}: {fact.value}" for fact in step.facts)
    lines = [head + (f"  [green]{escape(signed)}[/green]" if signed else ""), escape(facts)]
    return "\n".join(line for line in lines if line)


def when(at: datetime | date | None) -> str:
    if isinstance(at, datetime):
        return f"{at.astimezone(get_current_timezone()):%Y-%m-%d %H:%M}"
    return at.isoformat() if at else ""
