import threading
from collections.abc import Iterator

import pytest

from headgate.values.parallel_work import ahead, in_turn, side_by_side, work_in_order

pytestmark = pytest.mark.unit


def test_what_is_made_comes_in_the_order_of_the_parts() -> None:
    assert side_by_side(lambda part: part * 2, range(10)) == [part * 2 for part in range(10)]


def test_no_more_parts_are_taken_than_are_worked_on_and_one_ahead() -> None:
    """Else a large file's batches would pile up in memory."""
    taken, done, most = 0, 0, 0

    def parts() -> Iterator[int]:
        nonlocal taken, most
        for part in range(20):
            taken += 1
            most = max(most, taken - done)
            yield part

    for _ in in_turn(lambda part: part, parts()):
        done += 1
    assert most <= 3


def test_the_next_part_is_made_while_one_is_worked_on() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def parts() -> Iterator[int]:
        yield 0
        yield meeting.wait()

    assert len([meeting.wait() if part == 0 else part for part in ahead(parts())]) == 2


def test_an_error_in_making_a_part_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(ahead(1 // part for part in (1, 0)))


def test_an_error_in_one_part_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda part: 1 // part, [1, 0, 1])


def test_parts_are_worked_on_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    assert len(side_by_side(lambda _: meeting.wait(), [1, 2])) == 2


def test_few_rows_are_worked_on_in_the_thread_that_asks() -> None:
    assert set(side_by_side(lambda _: threading.get_ident(), [1, 2], rows=9_999)) == {threading.get_ident()}
    assert threading.get_ident() not in side_by_side(lambda _: threading.get_ident(), [1, 2], rows=10_000)


def test_parts_that_are_handed_over_are_worked_on_in_their_order_and_all_of_them() -> None:
    done: list[int] = []
    with work_in_order(done.append, 2) as hand_over:
        for part in range(20):
            hand_over(part)
    assert done == list(range(20))


def test_small_parts_in_front_are_worked_on_in_the_thread_that_hands_them_over_and_others_are_not() -> None:
    """A thread for each small file costs more than its rows.

    Behind a large part the order needs its thread.
    """
    for parts, own in (([1], 1), ([1, 1], 2), ([9], 0), ([1, 9, 1], 1), ([9, 1], 0)):
        workers: list[int] = []
        with work_in_order(
            lambda _, found=workers: found.append(threading.get_ident()), 2, is_small=lambda size: size < 5
        ) as hand_over:  # type: ignore[misc]  # a list
            for part in parts:
                hand_over(part)
        assert [worker == threading.get_ident() for worker in workers] == [
            place < own for place in range(len(parts))
        ]


def test_what_fails_in_a_small_part_comes_out_of_its_hand_over() -> None:
    with (
        work_in_order(lambda part: 1 / part, 2, is_small=lambda _: True) as hand_over,
        pytest.raises(ZeroDivisionError),
    ):
        hand_over(0)


def test_who_hands_over_waits_while_the_backlog_is_full() -> None:
    """Else a large file's batches would pile up in memory."""
    most, handed, done = 0, 0, 0
    may_go_on = threading.Semaphore(0)

    def work(_: int) -> None:
        nonlocal most, done
        may_go_on.acquire(timeout=10)
        most, done = max(most, handed - done), done + 1

    with work_in_order(work, 2) as hand_over:
        for part in range(20):
            handed += 1
            may_go_on.release()
            hand_over(part)
    assert most <= 4


def test_an_error_in_work_that_was_handed_over_is_raised() -> None:
    with pytest.raises(IndexError), work_in_order(lambda part: [][part], 2) as hand_over:
        hand_over(0)
