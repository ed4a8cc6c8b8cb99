"""How many of fifty questions with known answers an agent's tools answer rightly, over the deployed shop.

The client is that of the protocol's SDK, and the server is `headgate mcp` as a process of its own.
"""

from __future__ import annotations

from benchmarks.open_lake.pytest_report import figure_of

_TEST = "tests/e2e/test_shop_client.py::test_an_agent_answers_fifty_questions_with_its_tools_alone"
_FIGURE = "mcp_answers"


def measure() -> dict[str, object]:
    """Return `mcp_answers`; UnmeasuredError where the questions could not be asked."""
    return {_FIGURE: figure_of(_TEST, _FIGURE)}
