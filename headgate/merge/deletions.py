"""Remove the rows that their source has deleted since it last held them: no new snapshot has them, older
snapshots keep them.

Moments are the source's own, as texts that compare as the moments do. An increment's rows were last held at
its newest sighting; of that only the deletions before it matter, so that rows seen again and again without
deletions stay the same.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from headgate.lake import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis

DELETED_BY, HELD_AFTER, INCREMENT = "_deleted_by", "_held_after", "_increment"
_MARK = "held-after-"


def deletions_among(listed: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the objects that list deletions, oldest first."""
    return tuple(sorted(key for key in listed if keys.deleted_by(key)))


def held_after(listed: Sequence[str]) -> dict[str, str]:
    """Return, of every increment whose rows the source still had after it had deleted some, the moment of the
    last such deletions.
    """
    moments = [keys.deleted_by(key) for key in deletions_among(listed)]
    newest: dict[str, str] = {}
    for increment, moment in (sighting for key in listed if (sighting := keys.sighting_of(key))):
        newest[increment] = max(moment, newest.get(increment, ""))
    before = {increment: bisect_right(moments, moment) for increment, moment in newest.items()}
    return {increment: moments[count - 1] for increment, count in before.items() if count}


def moment_mark(moment: str) -> str:
    """Return how a snapshot's list of increments spells an increment's moment."""
    return f" {_MARK}{moment}" if moment else ""


def moment_of_entry(spelled: str) -> str:
    """Return the moment in an increment's entry of that list; empty where there is none."""
    return next((part.removeprefix(_MARK) for part in spelled.split(" ")[1:] if part.startswith(_MARK)), "")


def still_there(
    rows: ibis.Table, deleted: ibis.Table, last_held: ibis.Table, key: Sequence[str]
) -> ibis.Table:
    """Return the rows whose key was not deleted after their increment was last held.

    Args:
        deleted: the key's columns, and DELETED_BY.
        last_held: INCREMENT (a content hash) and HELD_AFTER; an increment that is not in it was held before
            all deletions.
    """
    seen = rows.left_join(last_held, rows["_content_sha256"] == last_held[INCREMENT]).drop(INCREMENT)
    seen = seen.mutate(**{HELD_AFTER: seen[HELD_AFTER].fill_null("")})
    gone = deleted.group_by(list(key)).agg(**{DELETED_BY: deleted[DELETED_BY].max()})
    same_key = [seen[name] == gone[name] for name in key]
    return seen.anti_join(gone, [*same_key, seen[HELD_AFTER] < gone[DELETED_BY]]).drop(HELD_AFTER)
