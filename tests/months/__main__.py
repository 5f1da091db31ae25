"""Make a month from the command line: python -m tests.months FOLDER --month 2026-11 --seed 1 --staff 3000."""

import argparse
import sys
from pathlib import Path

from tests.months.digits import shift
from tests.months.making import make_month


def main() -> None:
    """Make a month, or several in a row, each from what a correct system paid in the one before."""
    parser = argparse.ArgumentParser(prog="python -m tests.months", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go; several months go to folders below")
    parser.add_argument("--month", default="2026-11")
    parser.add_argument("--months", type=int, default=1, help="how many in a row, of the same people")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--staff", type=int, default=120)
    parser.add_argument("--townships", type=int, default=13)
    parser.add_argument("--claims", type=int, default=0, help="with the treasury files")
    parser.add_argument("--beneficiaries", type=int, default=0, help="with the benefit files")
    parser.add_argument("--dirt", type=float, default=0.0, help="share of faulty rows")
    parser.add_argument("--form", choices=("xlsx", "csv"), default="xlsx")
    told = parser.parse_args()
    made = None
    for _ in range(told.months):
        month = shift(made.month, 1) if made else told.month
        made = make_month(
            folder=told.folder / month if told.months > 1 else told.folder,
            month=month,
            seed=told.seed,
            staff=told.staff,
            townships=told.townships,
            claims=told.claims,
            beneficiaries=told.beneficiaries,
            dirt=told.dirt,
            form=told.form,
            previous=made,
        )
        sys.stdout.write(
            f"{made.folder}: {len(made.people)} people, {len(made.paid)} paid, {len(made.faults)} faults\n"
        )


if __name__ == "__main__":
    main()
