"""The version of a system follows what the systems of the shop share."""

from __future__ import annotations

import pytest

from headgate.systems.source_code import listed_source

pytestmark = pytest.mark.unit


def test_the_systems_of_a_domain_follow_what_they_share() -> None:
    """Amounts of all systems are computed by one module beside their packages."""
    for system in ("market_intelligence_hub", "demand_insights_engine", "global_market_pulse"):
        assert b"../money.py" in listed_source(f"headgate.domains.retail.{system}", is_package=True)
