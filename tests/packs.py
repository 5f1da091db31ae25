"""An audit pack in tests: made, run through its own ``verify.py`` as a program, tampered with, re-hashed."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from audit.packing import Packed, pack_year
from audit.verifier_text import verifier_text
from month.posts import demo_officer

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ON = date(2026, 11, 27)


def packed(folder: Path) -> Packed:
    return pack_year(
        year=2026, codes=[], officer=demo_officer("auditor"), on=ON, at=AT, path=folder / "pack.zip"
    )


def verify(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the program on a pack, with nothing but the standard library in reach."""
    program = path.parent / "verify-by-itself.py"
    if not program.exists():
        program.write_text(verifier_text(), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(path), "--lang", "en", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
