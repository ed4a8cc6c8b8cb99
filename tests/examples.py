"""How many examples property tests draw: enough for every commit, and many times as many with
HYPOTHESIS_PROFILE=deep.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "headgate")
_DEFAULT, _FEW, _DEEP, _DEEPER = 25, 5, 1000, 10

# How long an example takes says nothing on a busy machine: speed is measured in benchmarks/.
# In CI the examples are the same every time, so that a commit is judged by what it changes; elsewhere they
# are new ones.
settings.register_profile(
    "headgate",
    max_examples=_DEFAULT,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("headgate"), max_examples=_DEEP)
# For tests that run again elsewhere, after the same examples were drawn in the unit tier
# (tests/e2e/test_without_retail.py).
settings.register_profile("few", settings.get_profile("headgate"), max_examples=_FEW)


def examples(count: int) -> settings:
    """Draw `count` examples for a test whose examples are expensive, ten times as many in the
    profile `deep`.
    """
    return settings(
        settings.get_profile(PROFILE),
        max_examples={"deep": count * _DEEPER, "few": min(count, _FEW)}.get(PROFILE, count),
    )
