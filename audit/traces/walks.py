"""From where a trace starts to everything behind it, level by level.

Each level asks one query for each link of its kinds and one for each kind that is found there, however many rows
it has. What was met before is not followed again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from audit.traces.kinds import KINDS, Found, Kind, Link, View
from audit.traces.steps import LeftOut, Step
from ledger.models import AuditEvent

Met = tuple[str, Any]
# How many rows of a list are shown where the trace does not start.
INNER: Final = 20


def events_about(rows: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the audit events about what the trace starts with; the reading of traces is none of them."""
    found = []
    for row in rows:
        kind = next(kind for kind in KINDS.values() if isinstance(row, kind.model))
        about = AuditEvent.objects.filter(subject__in=kind.subjects(row)).exclude(act="trace.read").order_by("pk")
        whole = about.count()
        keys = about.values_list("pk", flat=True)[view.skipped : view.end]
        found += [Found(row.pk, "event", key, whole) for key in keys]
    return found


EVENTS: Final = Link(events_about, at_start=True)


@dataclass(slots=True)
class Node:
    """A row that was met, and what was found behind it."""

    kind: Kind
    row: Any
    parent: "Node | None"
    children: list["Node | Step"] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def above(self) -> Iterator[Met]:
        """Yield what stands above, nearest first."""
        node = self.parent
        while node is not None:
            yield node.kind.name, node.row.pk
            node = node.parent


def steps_behind(*, kind: Kind, rows: Sequence[Any], depth: int, view: View) -> list[Step]:
    """Return the steps of rows of one kind, with what is behind them up to a depth."""
    starts = [Node(kind, row, None) for row in rows]
    met: dict[Met, Node] = {(kind.name, node.row.pk): node for node in starts}
    inner = view._replace(skipped=0, length=INNER)
    level = starts
    for distance in range(depth):
        level = next_level(level, met, inner if distance else view, is_start=distance == 0)
        if not level:
            break
    return [finished(node, inner) for node in starts]


def next_level(level: Sequence[Node], met: dict[Met, Node], view: View, *, is_start: bool) -> list[Node]:
    """Find what is behind the nodes of a level and return what was not met before."""
    by_kind: dict[str, list[Node]] = defaultdict(list)
    for node in level:
        by_kind[node.kind.name].append(node)
    new: list[Node] = []
    for name, nodes in by_kind.items():
        kind = KINDS[name]
        for link in (*kind.links, EVENTS):
            if is_start or not link.at_start:
                new += followed(nodes_of(nodes, link), link, met, view)
        if kind.leaves is not None:
            of_row = {node.row.pk: node for node in nodes}
            for key, step in kind.leaves([node.row for node in nodes]):
                of_row[key].children.append(step)
    return new


def nodes_of(nodes: Sequence[Node], link: Link) -> list[Node]:
    """Return the nodes that a link is followed from."""
    return [node for node in nodes if node.parent is None or node.parent.kind.name not in link.unless_from]


def followed(nodes: Sequence[Node], link: Link, met: dict[Met, Node], view: View) -> list[Node]:
    """Follow one link of the nodes of a kind; return what was not met before."""
    if not nodes:
        return []
    places = {node.row.pk: place for place, node in enumerate(nodes)}
    found = sorted(link.find([node.row for node in nodes], view), key=lambda one: places[one.parent])
    unmet: dict[str, set[Any]] = defaultdict(set)
    for one in found:
        if (one.kind, one.key) not in met:
            unmet[one.kind].add(one.key)
    loaded = {(name, row.pk): row for name, keys in unmet.items() for row in KINDS[name].loaded(keys, view.townships)}
    of_row = {node.row.pk: node for node in nodes}
    new = []
    for one in found:
        parent = of_row[one.parent]
        key = (one.kind, one.key)
        if key in met:
            if key not in parent.above():
                parent.children.append(mention(met[key]))
        elif key in loaded:
            met[key] = Node(KINDS[one.kind], loaded[key], parent)
            parent.children.append(met[key])
            new.append(met[key])
    count_left_out(of_row, found, view)
    return new


def mention(node: Node) -> Step:
    return Step(node.kind.name, node.kind.title, node.kind.reference(node.row), is_elsewhere=True)


def count_left_out(of_row: dict[Any, Node], found: Sequence[Found], view: View) -> None:
    """Note how many rows of its list a node has after those that are shown."""
    whole = {(one.parent, one.kind): one.whole for one in found}
    for (parent, kind), count in whole.items():
        if count > view.end:
            of_row[parent].left_out.append(LeftOut(KINDS[kind].title, count - view.end))


def finished(node: Node, view: View) -> Step:
    """Return the step of a node with all that was found behind it."""
    children = [child if isinstance(child, Step) else finished(child, view) for child in node.children]
    return replace(node.kind.step(node.row, view), children=tuple(children), left_out=tuple(node.left_out))
