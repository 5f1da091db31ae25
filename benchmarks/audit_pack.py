"""The audit pack of a year, made and then verified by its own program, beside each other.

The vouchers are those of ``journal.mixed``. The payments are those of
``planting``.
"""

import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from audit.packing import pack_year
from benchmarks.posting import peak_mb
from ledger.models import Officer

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)


def make_pack(*, path: str) -> dict[str, Any]:
    """Make the pack."""
    before, start = peak_mb(), time.perf_counter()
    packed = pack_year(year=2026, codes=[], officer=reading(), on=date(2026, 11, 27), at=AT, path=Path(path))
    seconds = time.perf_counter() - start
    return {
        "vouchers": packed.stated.vouchers,
        "lines": packed.stated.lines,
        "seconds": seconds,
        "idle_mb": before,
        "peak_mb": peak_mb(),
        "zip_mb": Path(path).stat().st_size / (1 << 20),
    }


def verify_pack(*, path: str) -> dict[str, Any]:
    """Verify the pack with the program that is in it."""
    program = Path(path).with_suffix(".py")
    subprocess.run(["unzip", "-qqp", path, "verify.py"], stdout=program.open("wb"), check=True)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), path, "--lang", "en"], capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def reading() -> Officer:
    """Return an officer who reads everything."""
    made, _new = Officer.objects.get_or_create(
        username="auditor", defaults={"full_name": "测试审计", "is_superuser": True}
    )
    return made
