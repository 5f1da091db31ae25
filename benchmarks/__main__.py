"""``python -m benchmarks [--quick] [--beneficiaries N ...] [PART ...]``: the main job in ratios, in one run.

A fresh instance in a temporary folder, with the durability of production; it is gone at the end.
The session is a process of its own, because an instance is only deleted when nobody uses it.
"""

import subprocess
import sys

from benchmarks.server import fresh_home
from config import instance


def main() -> int:
    with fresh_home():
        return subprocess.run(
            [sys.executable, "-m", "benchmarks.session", *sys.argv[1:]], cwd=instance.PROJECT
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
