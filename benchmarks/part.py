"""``python -m benchmarks.part MODULE FUNCTION OPTIONS``: one measurement in a process of its own.

So its memory is its own, and each measurement meets a database that no other has touched. The
result goes to standard output as JSON.
"""

import importlib
import json
import os
import sys
from tempfile import TemporaryDirectory

import django


def main() -> None:
    module, function, options = sys.argv[1:]
    with TemporaryDirectory(prefix="tongfa-bank-") as folder:  # the bank's folders are this measurement's own, too
        os.environ["TONGFA_BANK_FOLDER"] = folder
        django.setup()
        result = getattr(importlib.import_module(f"benchmarks.{module}"), function)(**json.loads(options))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
