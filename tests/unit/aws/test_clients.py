"""Clients are made once, and a missing region is reported with its remedy."""

from __future__ import annotations

import pytest
from botocore.exceptions import NoRegionError

from headgate.aws.clients import once
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit


def test_a_missing_region_is_reported_with_what_to_do() -> None:
    @once
    def client() -> object:
        raise NoRegionError

    with pytest.raises(SettingsError, match="AWS_REGION"):
        client()


def test_a_client_is_made_once() -> None:
    assert once(object)() is not once(object)()
    made = once(object)
    assert made() is made()
