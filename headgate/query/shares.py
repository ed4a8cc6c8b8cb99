"""Find the values of a statement that are certainly a share of a whole."""

import re

from sqlglot import exp

_NAMED_SHARE = re.compile(r"(^|_)share(_of_\w+)?$", re.IGNORECASE)
_NAMED_PART = re.compile(r"(^|_)(rate|percent|percentage|pct)$", re.IGNORECASE)
_NAMED_RATE = re.compile(r"(^|_)(rate|fraction|proportion)$", re.IGNORECASE)
_WRAPPERS = (exp.Paren, exp.Cast, exp.TryCast, exp.Nullif, exp.Round)
_PREDICATES = (exp.Predicate, exp.And, exp.Or, exp.Not)
_TRUE = frozenset({"1", "1.0"})
_FALSE = frozenset({"0", "0.0"})
_HUNDRED = frozenset({"100", "100.0"})


def is_share(node: exp.Expression) -> bool:
    """Return whether a value is a part divided by its whole, or the mean of a value that is 0 or 1."""
    if isinstance(node, exp.Avg):
        return _is_indicator(node.this, is_whole=True)
    if not isinstance(node, exp.Div):
        return False
    part, whole = _bare(node.this), _bare(node.expression)
    if isinstance(whole, exp.Window):
        return isinstance(whole.this, exp.Sum) and _bare(whole.this.this) == part
    if isinstance(whole, exp.Count):
        return _counts_part(part) and not isinstance(whole.this, exp.Distinct)
    return isinstance(whole, exp.Sum) and _adds_part(part, _bare(whole.this))


def is_percentage(node: exp.Expression) -> bool:
    """Return whether a value is a share times 100, in whatever order."""
    if isinstance(node, exp.Mul):
        return any(_is_literal(side, _HUNDRED) and is_share(_bare(other)) for side, other in _sides(node))
    if not isinstance(node, exp.Div):
        return False
    part = _inner(node.this)
    return isinstance(part, exp.Mul) and any(
        _is_literal(side, _HUNDRED)
        and is_share(exp.Div(this=other.copy(), expression=node.expression.copy()))
        for side, other in _sides(part)
    )


def _sides(node: exp.Mul) -> list[tuple[exp.Expression, exp.Expression]]:
    return [(node.this, node.expression), (node.expression, node.this)]


def is_named_share(name: str, node: exp.Expression) -> bool:
    """Return whether a quotient is called a share, or a rate of parts alike, and is not multiplied by 100."""
    quotient = _bare(node)
    is_percent = any(literal.name in _HUNDRED for literal in node.find_all(exp.Literal))
    if not isinstance(quotient, exp.Div) or is_percent:
        return False
    is_rate = bool(_NAMED_RATE.search(name)) and _are_alike(quotient.this, quotient.expression)
    return is_rate or bool(_NAMED_SHARE.search(name))


def called_part(name: str, node: exp.Expression) -> exp.Div | None:
    """Return a quotient that its name calls a rate or a percentage; None if it is multiplied by 100.

    It is a share if both of its values have one unit, which this module cannot say.
    """
    quotient = _bare(node)
    is_percent = any(literal.name in _HUNDRED for literal in node.find_all(exp.Literal))
    is_called = bool(_NAMED_PART.search(name)) and isinstance(quotient, exp.Div) and not is_percent
    return quotient if is_called and isinstance(quotient, exp.Div) else None


def _are_alike(part: exp.Expression, whole: exp.Expression) -> bool:
    """Return whether both values are counts, or both are sums of the same column over some of the rows."""
    part, whole = _bare(part), _bare(whole)
    if _counts(part) and _counts(whole):
        return True
    columns = _added_columns(part)
    return bool(columns) and columns == _added_columns(whole)


def _counts(node: exp.Expression) -> bool:
    return isinstance(node, exp.Count) or _counts_part(node)


def _added_columns(node: exp.Expression) -> set[str]:
    """Return the columns whose values a sum adds; none of another value."""
    added = _bare(node.this) if isinstance(node, exp.Filter) else node
    if not isinstance(added, exp.Sum):
        return set()
    values = _alternatives(_bare(added.this)) or [added.this]
    return {column.sql() for value in values for column in value.find_all(exp.Column)}


def _bare(node: exp.Expression) -> exp.Expression:
    """Return a value without types, rounding, and factors of one."""
    while isinstance(node := _inner(node), exp.Mul):
        sides = [node.this, node.expression]
        others = [side for side in sides if side.name not in _TRUE or not isinstance(side, exp.Literal)]
        if len(others) != 1:
            return node
        node = others[0]
    return node


def _inner(node: exp.Expression) -> exp.Expression:
    """Return a value without types and rounding."""
    while isinstance(node, _WRAPPERS) and node.this:
        node = node.this
    return node


def _counts_part(part: exp.Expression) -> bool:
    """Return whether a value counts some of the rows."""
    if isinstance(part, exp.Filter):
        return isinstance(part.this, exp.Count) and not isinstance(part.this.this, exp.Distinct)
    if isinstance(part, exp.CountIf):
        return True
    return isinstance(part, exp.Sum) and _is_indicator(part.this)


def _adds_part(part: exp.Expression, added: exp.Expression) -> bool:
    """Return whether a value is the sum of the same column over some of the rows."""
    if isinstance(part, exp.Filter):
        return isinstance(part.this, exp.Sum) and _bare(part.this.this) == added
    if not isinstance(part, exp.Sum):
        return False
    values = _alternatives(_bare(part.this))
    others = [each for each in values if not _is_literal(each, _FALSE)]
    return bool(values) and all(_bare(each) == added for each in others)


def _is_indicator(node: exp.Expression, *, is_whole: bool = False) -> bool:
    """Return whether a value is 0 or 1; with `is_whole` in each row, so that none is left out."""
    if isinstance(node, exp.Cast | exp.TryCast) and isinstance(_bare(node.this), _PREDICATES):
        return True
    bare = _bare(node)
    values = _alternatives(bare)
    if not values or (is_whole and len(values) <= len(bare.args.get("ifs") or [None])):
        return False
    return all(_is_literal(each, _TRUE | _FALSE) for each in values)


def branches(node: exp.Expression) -> list[exp.Expression]:
    """Return the values of which a CASE or an IF is one; none of another node."""
    values: list[exp.Expression | None] = []
    if isinstance(node, exp.Case):
        values = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    elif isinstance(node, exp.If):
        values = [node.args["true"], node.args.get("false")]
    return [value for value in values if value]


def _alternatives(node: exp.Expression) -> list[exp.Expression]:
    return [value for value in branches(node) if not isinstance(value, exp.Null)]


def _is_literal(node: exp.Expression, values: frozenset[str]) -> bool:
    bare = _bare(node)
    return isinstance(bare, exp.Literal) and not bare.is_string and bare.name in values
