#!/usr/bin/env python3
import os
import sys

from django.core.management import execute_from_command_line

import config.celery  # noqa: F401 - what asks for work rings with it
from config import instance

WITHOUT_DATABASE = {
    "--help",
    "--version",
    "-h",
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if instance.is_embedded() and command not in WITHOUT_DATABASE:
        try:
            instance.join()
        except instance.InstanceUnavailable as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
