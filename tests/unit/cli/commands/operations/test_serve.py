import io

import pytest
from rich.console import Console

from headgate.cli.commands.operations.serve import screen

pytestmark = pytest.mark.unit


def test_the_consoles_address_stays_in_one_piece_on_80_columns() -> None:
    printed = io.StringIO()
    token = "t" * 43  # as long as secrets.token_urlsafe(32)
    Console(file=printed, width=80).print(screen("http://127.0.0.1:65535", token, has_console=True))
    assert f"http://127.0.0.1:65535/#token={token}" in printed.getvalue().splitlines()
