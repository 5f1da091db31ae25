"""The project's settings, on an instance of the tests' own that need not survive a power cut."""

import os
from pathlib import Path

# Never a real server, whatever the shell was set up for.
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_AUDITOR_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("TONGFA_HOME", str(Path(__file__).resolve().parent.parent / ".tongfa-test"))
os.environ.setdefault("TONGFA_POSTGRES_OPTIONS", "-c fsync=off -c full_page_writes=off")

from config.settings import *  # noqa: E402, F403

# What rings does the work itself; a few tests start real workers.
CELERY_TASK_ALWAYS_EAGER = True

PASSWORD_HASHERS = ["tests.quick_hashing.QuickHasher"]
