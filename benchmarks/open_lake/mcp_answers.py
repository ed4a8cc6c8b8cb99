"""How many of fifty questions with known answers an agent's tools answer rightly, over the deployed shop.

The client is that of the protocol's SDK, and the server is `headgate mcp` as a process of its own.
"""

from __future__ import annotations

from benchmarks.open_lake.pytest_report import cases_of

_TEST = "tests/e2e/test_shop_client.py::test_an_agent_answers_fifty_questions_with_its_tools_alone"
_FIGURE = "mcp_answers"


def measure() -> dict[str, object]:
    """Return `mcp_answers`; 0 where the lake could not be deployed."""
    answers = [
        int(figure.get("value", "0"))
        for case in cases_of(_TEST)
        for figure in case.iter("property")
        if figure.get("name") == _FIGURE
    ]
    return {_FIGURE: sum(answers)}
