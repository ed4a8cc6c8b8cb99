"""How many examples property tests draw: a few for every commit, more in `make test-weekly`
(HYPOTHESIS_PROFILE=weekly), and many with HYPOTHESIS_PROFILE=deep.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "headgate")
_DEFAULT, _FEW, _WEEKLY, _DEEP = 10, 5, 25, 1000
# Draws of a test that states a count, per stated example.
_SHARE, _DEEPER = 0.4, 10

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
settings.register_profile("weekly", settings.get_profile("headgate"), max_examples=_WEEKLY)
settings.register_profile("deep", settings.get_profile("headgate"), max_examples=_DEEP)


def drawn(count: int) -> int:
    """Return how many of `count` expensive examples to draw: all of them each week.

    A commit draws two fifths of them but at least five; the profile `deep` draws ten times as many.
    """
    numbers = {"headgate": max(min(count, _FEW), int(count * _SHARE)), "deep": count * _DEEPER}
    return numbers.get(PROFILE, count)


def examples(count: int) -> settings:
    """Draw the commit's share of `count` examples for a test whose examples are expensive."""
    return settings(settings.get_profile(PROFILE), max_examples=drawn(count))
