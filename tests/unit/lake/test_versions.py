"""Which content an object last came to hold: a correction counts, a copy and the same bytes sent again say
nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.lake.ports import FileRecord
from headgate.lake.versions import History, LastArrival, is_in_lake, last_arrivals

pytestmark = pytest.mark.unit


class Sent(NamedTuple):
    """An object was sent with a content; the same moment twice is two sends of one second."""

    key: str
    content: str
    at: int


def moment(at: int) -> str:
    return f"2024-05-01T00:{at:02}:00"


def records_of(sent: list[Sent], *, processed: list[int] | None = None) -> list[FileRecord]:
    """The sends' records; of equal contents the one processed first is accepted, by default the oldest."""
    order = processed or range(len(sent))
    owners = {sent[place].content: place for place in reversed(order)}
    return [
        FileRecord(
            file_id=f"file {place}",
            bucket="raw",
            key=one.key,
            version_id=f"v{place}",
            dataset="things",
            state="done" if owners[one.content] == place else "skipped_duplicate",
            content_sha256=one.content,
            duplicate_of="" if owners[one.content] == place else f"file {owners[one.content]}",
            received_at=moment(one.at),
        )
        for place, one in enumerate(sent)
    ]


def reported(*sends: str) -> dict[str, LastArrival]:
    """Sends a minute apart, written as key=content."""
    return last_arrivals(records_of([Sent(*send.split("="), at) for at, send in enumerate(sends, 1)]))


def refused(key: str, content: str, at: int, state: str = "rejected") -> FileRecord:
    one = FileRecord(
        f"refused {at}", "raw", key, f"r{at}", "things", state, content_sha256=content, received_at=moment(at)
    )
    return FileRecord(**{**vars(one), "error": {"rule": "header"}})


def test_a_content_counts_from_when_it_first_came() -> None:
    assert reported("k=X", "k=Y") == {"X": LastArrival(moment(1)), "Y": LastArrival(moment(2))}


def test_the_same_bytes_sent_again_say_nothing() -> None:
    assert reported("k=X", "k=X", "k=X") == {"X": LastArrival(moment(1))}


def test_an_object_that_goes_back_comes_to_hold_the_content_once_more() -> None:
    assert reported("k=X", "k=Y", "k=X", "k=X") == {
        "X": LastArrival(moment(3), moved=True),
        "Y": LastArrival(moment(2)),
    }


def test_a_copy_under_another_name_says_nothing() -> None:
    assert reported("k=X", "k=Y", "copy=X") == {"X": LastArrival(moment(1)), "Y": LastArrival(moment(2))}


def test_a_correction_counts_though_its_content_came_under_another_name_first() -> None:
    assert reported("other=X", "k=Y", "k=X") == {
        "X": LastArrival(moment(3), moved=True),
        "Y": LastArrival(moment(2)),
    }


def test_a_content_that_was_refused_in_between_is_no_other_one() -> None:
    sent = [*records_of([Sent("k", "X", 1), Sent("k", "X", 3)]), refused("k", "Z", 2)]
    assert last_arrivals(sent) == {"X": LastArrival(moment(1))}


def test_of_two_contents_of_one_second_neither_is_newer() -> None:
    for sent in (
        [Sent("k", "X", 1), Sent("k", "Y", 1)],
        [Sent("k", "X", 0), Sent("k", "X", 1), Sent("k", "Y", 1)],
    ):
        arrivals = last_arrivals(records_of(sent))
        assert arrivals["X"].at == arrivals["Y"].at == moment(1)


def test_a_merge_learns_that_a_copy_which_was_processed_first_is_older_than_it_seemed() -> None:
    """The first event came late: the rows lie in the lake as those of the second file."""
    sent = [Sent("k", "X", 1), Sent("other", "X", 3)]
    assert last_arrivals(records_of(sent, processed=[1, 0])) == {"X": LastArrival(moment(1), moved=True)}


def test_what_is_replayed_keeps_its_moment_and_corrects_only_what_it_had_corrected() -> None:
    replayed = refused("k", "Y", 2, "replaying")
    assert not is_in_lake(replayed)
    assert is_in_lake(FileRecord(**{**vars(replayed), "error": {}}))
    assert last_arrivals([replayed]) == {"Y": LastArrival(moment(2))}
    first, *_ = records_of([Sent("k", "X", 1)])
    assert History.of([first, replayed]).settled_by(first) is None


def test_a_refused_version_is_settled_when_its_object_goes_back_and_when_its_content_is_accepted() -> None:
    back, accepted = records_of([Sent("k", "X", 1), Sent("k", "X", 3)]), records_of([Sent("k", "Z", 3)])
    assert History.of(back).settled_by(refused("k", "Z", 2)) == back[1]
    assert History.of(accepted).settled_by(refused("k", "Z", 2)) == accepted[0]


SENDS = st.lists(
    st.tuples(st.sampled_from(["k1", "k2"]), st.sampled_from("XYZ"), st.integers(0, 2)), max_size=9
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sent], list[int]]:
    """Sends of two objects and three contents, some of one second, and the order in which they
    are processed.
    """
    sent, at = [], 0
    for key, content, pause in draw(SENDS):
        at += pause
        sent.append(Sent(key, content, at))
    return sent, draw(st.permutations(range(len(sent))))


def replaced_another(one: Sent, sent: list[Sent]) -> bool:
    """Whether its object may have held another content when it came: one of the same second, or of the last
    second before.
    """
    of_object = [other for other in sent if other.key == one.key]
    before = max((other.at for other in of_object if other.at < one.at), default=-1)
    return any(other.content != one.content for other in of_object if other.at in {before, one.at})


def came_at(content: str, sent: list[Sent]) -> int:
    """The last time that it came in another's place; if it never did, the first time that it came."""
    of_content = [one for one in sent if one.content == content]
    return max(
        (one.at for one in of_content if replaced_another(one, sent)),
        default=min(one.at for one in of_content),
    )


@given(histories())
def test_every_history_gives_each_content_the_moment_that_the_rule_in_plain_words_gives_it(
    drawn: tuple[list[Sent], list[int]],
) -> None:
    sent, processed = drawn
    records = records_of(sent, processed=processed)
    accepted = {record.content_sha256: record.received_at for record in records if record.state == "done"}
    wanted = {content: moment(came_at(content, sent)) for content in accepted}
    assert last_arrivals(reversed(records)) == {
        content: LastArrival(at, moved=at != accepted[content]) for content, at in wanted.items()
    }


@given(histories())
def test_what_settles_a_version_wins_over_it_in_the_merge(drawn: tuple[list[Sent], list[int]]) -> None:
    """And what nothing settles is outdone by no later version of its object."""
    sent, processed = drawn
    records = records_of(sent, processed=processed)
    past, arrivals = History.of(records), last_arrivals(records)
    for record in records:
        newer, own = past.settled_by(record), arrivals[record.content_sha256].at
        of_object = [
            other for other in records if other.key == record.key and other.received_at > record.received_at
        ]
        if newer:
            assert newer in of_object
            assert arrivals[newer.content_sha256].at > own
        else:
            corrections = [other for other in of_object if replaced_another(sent[records.index(other)], sent)]
            assert all(other.received_at <= own for other in corrections)


@given(histories())
def test_one_objects_last_content_wins_over_all_that_it_held_before(
    drawn: tuple[list[Sent], list[int]],
) -> None:
    sent = [Sent("k1", one.content, at) for at, one in enumerate(drawn[0])]
    arrivals = last_arrivals(records_of(sent, processed=drawn[1]))
    assert not sent or max(arrivals, key=lambda content: arrivals[content].at) == sent[-1].content
