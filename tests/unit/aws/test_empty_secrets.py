"""A secret without a value names the step that gives it one."""

from __future__ import annotations

import pytest

from headgate.aws.secrets import how_to_fill

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("secret_id", "step"),
    [
        ("headgate/mysql", "headgate export login"),
        ("headgate/mysql/shop", "headgate export login"),
        ("arn:aws:secretsmanager:eu-central-1:000000000000:secret:headgate/mysql-AbCdEf", "headgate export login"),
        ("headgate/masking-key", "deploy again"),
        ("marquez-key", "aws secretsmanager put-secret-value"),
    ],
)
def test_an_empty_secret_names_its_own_step(secret_id: str, step: str) -> None:
    assert step in how_to_fill(secret_id)
