"""A contract's pattern means the same to RE2 and to Python, or it is refused."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.patterns import python_pattern
from headgate.errors import ContractError
from tests.examples import examples

pytestmark = pytest.mark.unit

SIGNS = st.sampled_from(
    [
        *"abskKS1_-{},.$^[]| \n\r\t\v\f\\",
        "\u017f",
        "\u212a",
        "é",
        "İ",
        "\uff11",
        "\u00a0",
        "\x1c",
        "\x85",
        "\u2028",
    ]
)
TEXTS = st.lists(st.text(SIGNS, max_size=5), min_size=1, max_size=12)
ESCAPES = st.sampled_from(
    [
        *(f"\\{sign}" for sign in "dDwWsSbBAZzafnrtv.-_$^[]{}()|/ 01QECNu"),
        "\\x41",
        "\\x0b",
        "\\012",
        "\\pL",
        "\\u0041",
    ]
)
LITERALS = st.sampled_from([*"abskKS1_-,}.$^ \n\v", "\u017f", "é", "İ", "{", "]"])
IN_CLASSES = st.sampled_from(
    [
        "a-c",
        "^",
        "]",
        "[",
        "-",
        "$",
        "&&",
        "||",
        "~~",
        "--",
        "[:alpha:]",
        "é",
        "\u017f",
        "+--",
        "a",
        "\v",
        " ",
    ]
)
CLASSES = st.tuples(
    st.sampled_from(["[", "[^"]), st.lists(IN_CLASSES | ESCAPES, max_size=4).map("".join)
).map(lambda both: f"{both[0]}{both[1]}]")
FLAGS = st.sampled_from(["(?i)", "(?m)", "(?s)", "(?x)", "(?U)", "(?a)", "(?im)", "(?i:", "(?-i:"])
OPENINGS = st.sampled_from(["(", "(?:", "(?P<n>", "(?<n>", "(?=", "(?!", "(?<=", "(?>", "(?#", "(?i:"])
REPEATS = st.sampled_from(
    [
        "",
        "",
        "",
        "*",
        "+",
        "?",
        "*?",
        "+?",
        "??",
        "*+",
        "{2}",
        "{,2}",
        "{1,}",
        "{0,2}",
        "{00,2}",
        "{ 1}",
        "{1,2}?",
        "{2}{2}",
    ]
)
ATOMS = LITERALS | ESCAPES | CLASSES
GROUPED = st.recursive(
    st.tuples(ATOMS, REPEATS).map("".join),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.tuples(OPENINGS, inner, st.just(")"), REPEATS).map("".join)
        | st.tuples(inner, inner | st.just("")).map("|".join)
    ),
    max_leaves=6,
)
PATTERNS = st.tuples(st.just("") | FLAGS | st.just("^"), GROUPED, st.sampled_from(["", "$"])).map("".join)


@examples(100)
@given(PATTERNS, TEXTS)
def test_a_pattern_holds_for_the_same_texts_in_both_or_is_refused(pattern: str, texts: list[str]) -> None:
    try:
        python = re.compile(python_pattern(pattern))
    except ContractError:
        return
    assert [python.search(text) is not None for text in texts] == pc.match_substring_regex(
        pa.array(texts), pattern
    ).to_pylist()


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "^a{,2}$",
            "(?m)^a$",
            "(?i)^s$",
            "(?i:s)",
            r"\B",
            r"a\Z",
            r"\012",
            "a{01}",
            "(?P=a)",
            "(a",
            "a++",
            "[a-",
            "a{1001}",
            "^[^[:alpha:]]*$",
            "[a--b]",
        ),
        *("[]|$|[]", "[^]|$|[]", 1, None, ["a"]),
    ],
)
def test_a_pattern_that_the_two_would_read_differently_is_refused(pattern: object) -> None:
    with pytest.raises(ContractError, match="Remedy"):
        python_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r"^x\s$", {"x ": True, "x\v": False, "x\n": True}),
        (r"^[\s,]$", {"\v": False, ",": True, " ": True}),
        (r"^[\S]$", {"\v": True, "a": True, " ": False}),
        (r"^[^\S]$", {"\v": False, "a": False, " ": True}),
        (r"^\S$", {"\v": True, "é": True, " ": False}),
        (r"^\w\b", {"a": True, "é": False}),
        ("^a$", {"a": True, "a\n": False}),
        (r"^[$]\$$", {"$$": True, "$": False}),
        ("^[]$]$", {"]": True, "$": True}),
        ("^[^]$]$", {"]": False, "$": False, "^": True}),
        ("^[^^]$", {"]": True, "^": False}),
        ("^[^@ ]+@(?:[a-z]+[.])+(?P<end>[a-z]{2,})$", {"a@b.cd": True, "a@b": False}),
    ],
)
def test_a_pattern_that_both_read_means_in_python_what_it_means_in_arrow(
    pattern: str, texts: dict[str, bool]
) -> None:
    assert {text: re.search(python_pattern(pattern), text) is not None for text in texts} == texts
    assert pc.match_substring_regex(pa.array([*texts]), pattern).to_pylist() == [*texts.values()]
