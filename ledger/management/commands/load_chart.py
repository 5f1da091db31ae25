"""``manage.py load_chart FILE``: load a bureau's own list of account codes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ledger.chart_lists import UnreadableList
from ledger.loading import load_chart


class Command(BaseCommand):
    help = "Load a list of account codes; the columns are described in ledger/charts/README.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = load_chart(path=file)
        except UnreadableList as error:
            raise CommandError("\n".join(error.faults)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("{file} cannot be read: {error}").format(file=file, error=error)) from error
        self.stdout.write(_("{count} codes loaded.").format(count=count))
