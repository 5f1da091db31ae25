"""YAML read without its guesses: a plain number is exact, and what only looks like one is refused.

No octals, no ``1_000``, no ``12:30``, no ``1e3``, no ``yes``: a text that begins like a number goes
in quotation marks. No key is said twice.
"""

import re
from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

PLAIN_KINDS = ("str", "seq", "map")
WORDS = {"true": True, "false": False, "null": None}
NUMBER = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$")
DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
LIKE_A_NUMBER = re.compile(r"^[-+]?\.?[0-9].*$|^[-+]?\.(?:inf|nan)$", re.IGNORECASE)


class ExactLoader(yaml.SafeLoader):
    """The safe loader with our own idea of a plain scalar; no tag of a file's own has a meaning."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    yaml_constructors = {
        tag: construct
        for tag, construct in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in PLAIN_KINDS
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """Read a mapping in which no key is said twice."""
        said = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for at, key in enumerate(said) if key in said[:at]]
        if twice:
            raise refusal(node, f"{twice[0]} is said twice")
        return super().construct_mapping(node, deep=deep)


def parse_exact(text: str) -> object:
    """Read YAML whose plain numbers become ``Decimal`` as they are written.

    :raises yaml.YAMLError: if it is not YAML, says a key twice, or has a text that begins like a
        number without quotation marks
    """
    return yaml.load(text, Loader=ExactLoader)  # noqa: S506 # a SafeLoader


def construct_word(loader: ExactLoader, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node)
    if text not in WORDS:
        raise refusal(node, f"{text or 'an empty place'} is not one of true, false and null")
    return WORDS[text]


def construct_number(loader: ExactLoader, node: yaml.ScalarNode) -> Decimal:
    text = loader.construct_scalar(node)
    if not NUMBER.match(text):
        raise refusal(node, f"{text} is no plain number")
    return Decimal(text)


def construct_day(loader: ExactLoader, node: yaml.ScalarNode) -> date:
    text = loader.construct_scalar(node)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refusal(node, f"{text} is no day") from error


def refuse_guess(_: ExactLoader, node: yaml.ScalarNode) -> object:
    raise refusal(node, f"{node.value} is neither a plain number nor a day; a text goes in quotation marks")


def refusal(node: yaml.Node, problem: str) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


# In this order: the first that fits decides.
FIRST = list("+-.0123456789")
ExactLoader.add_implicit_resolver("!word", re.compile(r"^(?:true|false|null|)$"), ["t", "f", "n", ""])
ExactLoader.add_implicit_resolver("!number", NUMBER, FIRST)
ExactLoader.add_implicit_resolver("!day", DAY, FIRST)
ExactLoader.add_implicit_resolver("!guess", LIKE_A_NUMBER, FIRST)
ExactLoader.add_constructor("!word", construct_word)
ExactLoader.add_constructor("!number", construct_number)
ExactLoader.add_constructor("!day", construct_day)
ExactLoader.add_constructor("!guess", refuse_guess)
