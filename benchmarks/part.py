"""``python -m benchmarks.part MODULE FUNCTION OPTIONS``: one measurement in a process of its own.

So its memory is its own, and each measurement meets a database that no other has touched. The
result goes to standard output as JSON.
"""

import importlib
import json
import sys

import django


def main() -> None:
    module, function, options = sys.argv[1:]
    django.setup()
    result = getattr(importlib.import_module(f"benchmarks.{module}"), function)(**json.loads(options))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
