"""``verify.py``, the program that an auditor runs: our parts written one after the other into one file.

So it is one file to read and to keep, while each part stays short. Their imports of each other are left out, those
of the standard library stand at the head.
"""

import ast
from pathlib import Path
from typing import Final

PARTS: Final = ("findings", "packs", "tables", "seals", "ledgers", "balances", "trail", "payments", "verifying")
FOLDER: Final = Path(__file__).parent / "verifier"
HEAD: Final = '''#!/usr/bin/env python3
"""Verify an audit pack of Tongfa 统发 with Python 3.8 or later alone. 核验审计包，只需 Python 3.8 以上。

    python3 verify.py pack.zip --anchor anchor.txt --lang zh

It trusts nothing that the pack says of itself: digests are recomputed from the rows, totals from the lines.
Take this program, or its SHA-256, from the anchor page rather than from a pack that you doubt.
"""

from __future__ import annotations

'''


def verifier_text() -> str:
    """Return the program as one file."""
    imports: set[str] = set()
    bodies = []
    for part in PARTS:
        source = (FOLDER / f"{part}.py").read_text(encoding="utf-8")
        lines = source.splitlines()
        tree = ast.parse(source)
        docstring = ast.get_docstring(tree) or ""
        for node in tree.body[1:]:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                break
            if isinstance(node, ast.Import) or not str(node.module).startswith(("audit.", "__future__")):
                imports.add(ast.unparse(node))
            last = node.end_lineno or 0
        body = "\n".join(line.partition("  # noqa")[0] for line in lines[last:]).strip("\n")
        title = "\n".join(f"# {line}".rstrip() for line in docstring.splitlines())
        bodies.append(f"# {'-' * 98}\n{title}\n\n\n{body}\n")
    return HEAD + "\n".join(sorted(imports)) + "\n\n" + "\n\n".join(bodies)
