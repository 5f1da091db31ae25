"""What is read must add up: a figure that is not what its parts make stops the screen and the document alike."""

from decimal import Decimal


class DoesNotAddUp(ValueError):
    """A figure that is not what it is made of."""

    def __init__(self, *, who: str, what: str, stated: Decimal | int, found: Decimal | int) -> None:
        super().__init__(f"{who}: {what} is stated as {stated} and adds up to {found}")
        self.who = who
        self.what = what
        self.stated = stated
        self.found = found


def must_add_up(*, who: str, what: str, stated: Decimal | int, found: Decimal | int) -> None:
    """Check a figure against what it is made of.

    :raises DoesNotAddUp: if they differ by a fen
    """
    if stated != found:
        raise DoesNotAddUp(who=who, what=what, stated=stated, found=found)
