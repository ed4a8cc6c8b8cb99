"""Find the values of a statement that are certainly a share of a whole."""

from __future__ import annotations

import re

from sqlglot import exp

_NAMED_SHARE = re.compile(r"(^|_)share$", re.IGNORECASE)
_WRAPPERS = (exp.Paren, exp.Cast, exp.TryCast, exp.Nullif, exp.Round)
_PREDICATES = (exp.Predicate, exp.And, exp.Or, exp.Not)
_TRUE = frozenset({"1", "1.0"})
_FALSE = frozenset({"0", "0.0"})


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


def is_named_share(name: str, node: exp.Expression) -> bool:
    """Return whether a quotient is called a share, and is not multiplied by 100."""
    is_percent = any(literal.name in {"100", "100.0"} for literal in node.find_all(exp.Literal))
    return bool(_NAMED_SHARE.search(name)) and isinstance(_bare(node), exp.Div) and not is_percent


def _bare(node: exp.Expression) -> exp.Expression:
    """Return a value without types, rounding, and factors of one."""
    while True:
        if isinstance(node, exp.Mul):
            sides = [node.this, node.expression]
            others = [side for side in sides if side.name not in _TRUE or not isinstance(side, exp.Literal)]
            if len(others) != 1:
                return node
            node = others[0]
        elif isinstance(node, _WRAPPERS) and node.this:
            node = node.this
        else:
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


def _alternatives(node: exp.Expression) -> list[exp.Expression]:
    if isinstance(node, exp.Case):
        values = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    elif isinstance(node, exp.If):
        values = [node.args["true"], node.args.get("false")]
    else:
        values = []
    return [each for each in values if each and not isinstance(each, exp.Null)]


def _is_literal(node: exp.Expression, values: frozenset[str]) -> bool:
    bare = _bare(node)
    return isinstance(bare, exp.Literal) and not bare.is_string and bare.name in values
