"""The dated numbers of paying people, as files with their references; README.md says how they read."""

from pathlib import Path

from ledger.policies import PolicySet, read_policies

FOLDER = Path(__file__).parent


def payout_policies() -> PolicySet:
    """Return the shipped policies, read once per process."""
    return read_policies(folder=FOLDER)
