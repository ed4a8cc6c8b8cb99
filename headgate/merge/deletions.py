"""Exclude rows from new snapshots that the source deleted after their increment was last sighted.

Times are the source's, as texts that sort by time. An increment is sighted each time the source delivers it.
Only the last deletions before its newest sighting are recorded, so that repeated sightings without deletions
change nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from headgate.lake import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis

DELETED_BY, SIGHTED_AFTER, INCREMENT = "_deleted_by", "_sighted_after", "_increment"
_MARK = "held-after-"


def deletions_among(listed: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of objects with deletions, oldest first."""
    return tuple(sorted(key for key in listed if keys.deleted_by(key)))


def last_deletions_before_sightings(listed: Sequence[str]) -> dict[str, str]:
    """Return the time of the last deletions before each increment's newest sighting, if there are any."""
    moments = [keys.deleted_by(key) for key in deletions_among(listed)]
    newest: dict[str, str] = {}
    for increment, moment in (sighting for key in listed if (sighting := keys.sighting_of(key))):
        newest[increment] = max(moment, newest.get(increment, ""))
    before = {increment: bisect_right(moments, moment) for increment, moment in newest.items()}
    return {increment: moments[count - 1] for increment, count in before.items() if count}


def moment_mark(moment: str) -> str:
    """Return the suffix of an increment's entry in a snapshot's list of increments; empty without a time."""
    return f" {_MARK}{moment}" if moment else ""


def moment_of_entry(entry: str) -> str:
    """Return the time in an increment's entry of that list; empty if it has none."""
    return next((part.removeprefix(_MARK) for part in entry.split(" ")[1:] if part.startswith(_MARK)), "")


def without_deleted(
    rows: ibis.Table, deleted: ibis.Table, sightings: ibis.Table, key: Sequence[str]
) -> ibis.Table:
    """Return the rows whose key was not deleted after their increment's newest sighting.

    Args:
        deleted: the key columns and DELETED_BY.
        sightings: INCREMENT (a content hash) and SIGHTED_AFTER; other increments were sighted before all
            deletions.
    """
    seen = rows.left_join(sightings, rows["_content_sha256"] == sightings[INCREMENT]).drop(INCREMENT)
    seen = seen.mutate(**{SIGHTED_AFTER: seen[SIGHTED_AFTER].fill_null("")})
    gone = deleted.group_by(list(key)).agg(**{DELETED_BY: deleted[DELETED_BY].max()})
    same_key = [seen[name] == gone[name] for name in key]
    return seen.anti_join(gone, [*same_key, seen[SIGHTED_AFTER] < gone[DELETED_BY]]).drop(SIGHTED_AFTER)
