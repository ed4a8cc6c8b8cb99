import numpy as np
import pytest

from headgate.analytics import groups
from headgate.analytics.groups import Clusters

pytestmark = pytest.mark.unit


def partition(points: np.ndarray) -> Clusters:
    return groups.best_partition(
        points, (("old", "new"), ("often", "rarely"), ("much", "little")), "everyone"
    )


def clouds(*centres: tuple[float, float, float]) -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.concatenate([rng.normal(centre, 0.1, (60, 3)) for centre in centres])


def test_clear_clouds_are_found_and_named_by_what_sets_them_apart() -> None:
    found = partition(clouds((-1.5, 1.5, 1.5), (0, 0, 0), (1.5, -1.5, -1.5)))
    assert list(found.names) == ["new, often, much", "typical", "old, rarely, little"]
    assert np.bincount(found.labels).tolist() == [60, 60, 60]
    assert found.stability == pytest.approx(1.0)
    assert found.silhouette > 0.8


def test_four_clouds_are_not_reported_as_three() -> None:
    assert len(partition(clouds((-2, 2, 2), (-2, -2, -2), (2, 2, 2), (2, -2, -2))).names) == 4


def test_too_few_members_are_one_cluster() -> None:
    found = partition(np.random.default_rng(1).normal(size=(20, 3)))
    assert list(found.names) == ["everyone"]
    assert not found.labels.any()


def test_names_are_never_given_twice() -> None:
    names = partition(np.random.default_rng(1).normal(size=(500, 3))).names
    assert len(set(names)) == len(names)


def test_members_beyond_those_that_shape_the_clusters_join_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = clouds((-1.5, 1.5, 1.5), (0, 0, 0), (1.5, -1.5, -1.5))
    expected = partition(points)
    monkeypatch.setattr(groups, "MAX_LEARNT_FROM", 90)
    found = partition(points)
    assert found.labels.tolist() == expected.labels.tolist()
    assert list(found.names) == list(expected.names)
