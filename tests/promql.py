"""Which labels the result of a PromQL expression has; raises for a name nobody exports and a label
nothing has.

It follows https://prometheus.io/docs/prometheus/latest/querying/operators/ for what our rules and
documents use and refuses what it does not know, so that nothing passes unread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import promql_parser as p

Labels = frozenset[str]
NONE: Labels = frozenset()
TARGET = frozenset({"job", "instance"})
"""What Prometheus adds to everything it scrapes."""

SCALAR_CALLS = {"time", "scalar", "vector"}
SAME_LABELS = {
    "abs", "avg_over_time", "changes", "count_over_time", "increase", "last_over_time", "max_over_time", "min_over_time", "rate",
    "sum_over_time", "timestamp",
}  # fmt: skip
OF_ONE_SAMPLE = {"and", "or", "unless"}
KEEP_ALL = {"topk", "bottomk"}


class Wrong(AssertionError):
    """The expression names something that does not exist."""


def labels_of(expression: str, known: Mapping[str, Labels]) -> Labels:
    """Return the labels of the expression's result. `known` has those of every series by name."""
    return _Reading(known).vector(p.parse(expression)) or NONE


@dataclass(frozen=True, slots=True)
class _Reading:
    known: Mapping[str, Labels]

    def vector(self, node: p.Expr) -> Labels | None:
        """Return the labels of a vector, None for a scalar."""
        return _BY_TYPE[type(node)](self, node)

    def selected(self, node: p.VectorSelector) -> Labels:
        if node.name not in self.known:
            raise Wrong(f"nobody exports {node.name}")
        has = self.known[node.name]
        _must_have({matcher.name for matcher in node.matchers.matchers}, has, node.name)
        return has

    def called(self, node: p.Call) -> Labels | None:
        arguments = [self.vector(argument) for argument in node.args]
        name = node.func.name
        if name in SCALAR_CALLS:
            return None
        if name == "absent":
            (selector,) = node.args
            return frozenset(
                each.name for each in selector.matchers.matchers if each.op == p.MatchOp.Equal
            )
        if name == "histogram_quantile":
            _must_have({"le"}, arguments[1] or NONE, str(node))
            return (arguments[1] or NONE) - {"le"}
        if name not in SAME_LABELS:
            raise Wrong(f"these tests cannot read {name}()")
        return next(has for has in arguments if has is not None)

    def aggregated(self, node: p.AggregateExpr) -> Labels:
        has = self.vector(node.expr) or NONE
        if node.modifier is None:
            by = NONE
        elif node.modifier.type == p.AggModifierType.By:
            by = frozenset(node.modifier.labels)
        else:
            by = has - frozenset(node.modifier.labels)
        _must_have(by, has, str(node.expr))
        return has if str(node.op) in KEEP_ALL else by

    def joined(self, node: p.BinaryExpr) -> Labels | None:
        left, right = self.vector(node.lhs), self.vector(node.rhs)
        if left is None or right is None:
            return right if left is None else left
        on = self.matched(node, left, right)
        added = frozenset((node.modifier and node.modifier.group_labels) or ())
        card = node.modifier.card if node.modifier else p.VectorMatchCardinality.OneToOne
        if str(node.op) in OF_ONE_SAMPLE:
            return left | right if str(node.op) == "or" else left
        if card == p.VectorMatchCardinality.ManyToOne:
            _must_have(added, right, str(node.rhs))
            return left | added
        if card == p.VectorMatchCardinality.OneToMany:
            _must_have(added, left, str(node.lhs))
            return right | added
        return on

    def matched(self, node: p.BinaryExpr, left: Labels, right: Labels) -> Labels:
        """Return the labels both sides are matched on; they must be on both, or nothing would ever
        match."""
        matching = node.modifier.matching if node.modifier else None
        if matching is not None and matching.type == p.LabelModifierType.Include:
            on = frozenset(matching.labels)
            _must_have(on, left, str(node.lhs))
            _must_have(on, right, str(node.rhs))
            return on
        ignored = frozenset(matching.labels) if matching is not None else NONE
        if left - ignored != right - ignored and str(node.op) != "or":
            raise Wrong(f"{sorted(left)} never match {sorted(right)}: {node}")
        return left - ignored


def _must_have(names: "Labels | set[str]", has: Labels, what: str) -> None:
    if missing := set(names) - has:
        raise Wrong(
            f"{what} has no label {', '.join(sorted(missing))}; it has {', '.join(sorted(has))}"
        )


_BY_TYPE: Mapping[type, Callable[[_Reading, p.Expr], Labels | None]] = {
    p.VectorSelector: _Reading.selected,
    p.MatrixSelector: lambda reading, node: reading.selected(node.vector_selector),
    p.SubqueryExpr: lambda reading, node: reading.vector(node.expr),
    p.ParenExpr: lambda reading, node: reading.vector(node.expr),
    p.UnaryExpr: lambda reading, node: reading.vector(node.expr),
    p.NumberLiteral: lambda _reading, _node: None,
    p.Call: _Reading.called,
    p.AggregateExpr: _Reading.aggregated,
    p.BinaryExpr: _Reading.joined,
}
