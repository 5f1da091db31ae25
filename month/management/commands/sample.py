"""``manage.py sample``: draw a sample of the books, or run one of the auditor's tests, into a file."""

import secrets
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.markup import escape

from audit.audit_tests import AuditTest
from audit.exports.sample_files import write_sample
from audit.listed_tests import TESTS
from audit.populations import POPULATIONS
from audit.rules.sample_sizes import NoSampleIsEnough, attribute_size
from audit.samples import METHOD_SAYS, Taken, Wanted
from audit.sampling import Filters
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.asking import with_officer_or_demo
from month.management.acting import amount_of, day_of
from month.management.commands.month import officer_of
from month.posts import demo_officer
from month.tables import table, tell

SEED_BYTES: Final = 8
SEED_MAX: Final = 64


class Command(BaseCommand):
    help = "Draw a sample that can be drawn again, or run a test of an auditor, and write what is found to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help=_("list populations, methods and tests"))
        parser.add_argument("--method", help=_("random, monetary, stratified, or the name of a test"))
        parser.add_argument("--of", default="", help=_("the population: vouchers, lines, payments, claims or dues"))
        parser.add_argument("--from", dest="since", type=day_of, help=_("first day"))
        parser.add_argument("--to", dest="until", type=day_of, help=_("last day, included"))
        parser.add_argument("--book", action="append", default=[], help=_("code of a book; may be given again"))
        parser.add_argument("--account", default="", help=_("how the codes of the accounts begin"))
        parser.add_argument("--fund", default="", help=_("code of the fund"))
        parser.add_argument("--size", type=int, help=_("how many items; of a stratified sample in each band"))
        parser.add_argument("--interval", type=amount_of, help=_("how many yuan apart a monetary sample is drawn"))
        parser.add_argument("--bands", type=bands_of, default=(), help=_("where bands begin: 1000,10000,100000"))
        parser.add_argument("--seed", type=seed_of, help=_("what the draw comes from; without it one is made"))
        parser.add_argument("--confidence", type=amount_of, help=_("in percent, for the size of an attribute sample"))
        parser.add_argument("--tolerable", type=amount_of, help=_("tolerable rate of deviations in percent"))
        parser.add_argument("--expected", type=int, default=0, help=_("how many deviations are expected in the sample"))
        parser.add_argument(
            "--set", action="append", type=pair_of, default=[], metavar="NAME=VALUE", help=_("a parameter of a test")
        )
        parser.add_argument("--limit", type=int, default=10_000, help=_("how many rows of a test are written at most"))
        parser.add_argument("--out", type=Path, help=_("the file to write: .csv or .xlsx"))
        with_officer_or_demo(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        if asked.list:
            tell_what_there_is()
            return
        missing = [
            f"--{name}" for name in ("method", "from", "to", "out") if getattr(asked, NAMES.get(name, name)) is None
        ]
        if missing:
            raise CommandError(_("Give {options}, or --list.").format(options=", ".join(missing)))
        wanted = wanted_of(asked)
        taken = take_away(asked, wanted)
        told = _("{file}: {rows} rows of {found} found; seed {seed}.")
        self.stdout.write(told.format(file=asked.out, rows=len(taken.rows), found=taken.found, seed=wanted.seed))
        for name, fact in taken.facts:
            self.stdout.write(f"{name}: {fact}")
        if taken.gaps:
            gaps = ", ".join(str(gap) for gap in taken.gaps)
            raise CommandError(_("The file is written, but voucher numbers are missing: {gaps}.").format(gaps=gaps))


NAMES: Final = {"from": "since", "to": "until"}


def take_away(asked: Namespace, wanted: Wanted) -> Taken:
    """Write the sample as the officer of ``--as``, or as the auditor of a demo; a refusal is recorded and told."""
    officer = officer_of(asked) or demo_officer("auditor")
    at = timezone.now()
    try:
        with (
            acting_from("manage.py sample"),
            refusals_recorded(
                chain="",
                at=at,
                actor=officer.username,
                act="audit.sample",
                subject=f"sample/{wanted.of}/{wanted.method}",
            ),
        ):
            return write_sample(
                path=asked.out,
                wanted=wanted,
                filters=Filters(asked.since, asked.until, asked.book, asked.account, asked.fund),
                officer=officer,
                at=at,
            )
    except UnableToPost as refusal:
        raise CommandError(str(refusal)) from refusal
    except OSError as error:
        raise CommandError(_("{file} cannot be written: {error}").format(file=asked.out, error=error)) from error
    except DatabaseError as error:
        raise CommandError(database_words(error)) from None


def wanted_of(asked: Namespace) -> Wanted:
    """Return what is asked for; the size may come from confidence and rate, the seed from the machine."""
    return Wanted(
        method=asked.method,
        of=asked.of,
        seed=asked.seed or secrets.token_hex(SEED_BYTES),
        size=size_of(asked),
        interval=asked.interval,
        bands=asked.bands,
        numbers=dict(asked.set),
        limit=asked.limit,
    )


def size_of(asked: Namespace) -> int | None:
    if asked.confidence is None and asked.tolerable is None:
        return asked.size  # type: ignore[no-any-return]
    if asked.confidence is None or asked.tolerable is None or asked.size is not None:
        raise CommandError(_("Give --size, or --confidence and --tolerable together."))
    try:
        return attribute_size(confidence=asked.confidence, tolerable=asked.tolerable, expected=asked.expected)
    except NoSampleIsEnough as error:
        raise CommandError(_("No sample shows this: choose a higher rate or a lower confidence.")) from error


def tell_what_there_is() -> None:
    """List populations, methods, and tests with what they show and what they do not prove."""
    populations = table(_("Populations"), _("Name"), _("What it holds"))
    for population in POPULATIONS.values():
        populations.add_row(population.name, str(population.says))
    methods = table(_("Methods"), _("Name"), _("What it draws"))
    for name, says in METHOD_SAYS.items():
        methods.add_row(name, str(says))
    tell([populations, methods, *(line for test in TESTS.values() for line in lines_of(test))])


def lines_of(test: AuditTest) -> Iterator[str]:
    yield escape(f"{test.name} ({', '.join(test.of)})")
    yield escape(f"  {test.shows}")
    yield escape("  " + _("It does not prove: {text}").format(text=test.does_not_prove))
    yield from (escape(f"  --set {name}={each.default}: {each.means}") for name, each in test.parameters.items())


def bands_of(text: str) -> tuple[Decimal, ...]:
    return tuple(amount_of(part) for part in text.split(","))


def pair_of(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ArgumentTypeError(_("{text} is no parameter; write it as days=7.").format(text=text))
    return name, value


def seed_of(text: str) -> str:
    """Return a seed: one line of at most 64 characters, so that it can be written down and told."""
    if not text.isprintable() or not 1 <= len(text) <= SEED_MAX:
        raise ArgumentTypeError(_("A seed is one line of 1 to 64 characters."))
    return text
