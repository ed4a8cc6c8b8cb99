from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.cluster.hierarchy import ward
from sklearn.preprocessing import normalize

from headgate.domains.retail.retail_copilot import intent_tree

pytestmark = pytest.mark.unit


def rings(outer: int, inner: int, each: int = 12) -> np.ndarray:
    """Points in so many groups far apart, each of so many groups near each other."""
    rng = np.random.default_rng(1)
    spread = np.eye(outer)[:, :, None] * 10
    centres = np.concatenate(
        [np.hstack([np.tile(far.ravel(), (inner, 1)), np.eye(inner) * 2]) for far in spread]
    )
    points = np.repeat(centres, each, axis=0) + rng.normal(
        scale=0.1, size=(outer * inner * each, outer + inner)
    )
    return points / np.linalg.norm(points, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [20, 500, 50_000])
def test_counts_to_try_reach_from_two_to_what_a_person_can_look_through(count: int) -> None:
    tried = intent_tree.counts(count)
    assert tried == sorted(set(tried))
    assert (tried[0], tried[-1]) == (2, min(count // 4, intent_tree.MAX_SUB_INTENTS))


def test_every_cut_is_nested_in_every_coarser_cut() -> None:
    tree = ward(rings(5, 4))
    cuts = [intent_tree.cut_at(tree, count) for count in (2, 5, 9, 20)]
    for coarse, fine in pairwise(cuts):
        assert all(len(set(coarse[fine == group])) == 1 for group in np.unique(fine))


@pytest.mark.parametrize("groups", [5, 8, 14])
def test_the_number_of_groups_is_found_within_a_step_of_what_is_tried(groups: int) -> None:
    points = rings(groups, 1, each=30)
    intents, _ = intent_tree.levels(points, points)
    tried = np.array(intent_tree.counts(len(points)))
    assert intents.count in {*tried[tried <= groups][-1:], *tried[tried >= groups][:1]}


def test_groups_that_halves_do_not_repeat_are_less_stable_than_those_that_they_do() -> None:
    real, noise = rings(6, 1, each=40), np.random.default_rng(2).normal(size=(240, 7))
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    assert intent_tree.levels(real, real)[0].stability > 0.95
    assert intent_tree.levels(noise, noise)[0].stability < 0.5


def test_equal_points_give_one_group() -> None:
    points = np.ones((40, 3)) / np.sqrt(3)
    intents, sub_intents = intent_tree.levels(points, points)
    assert (intents.count, sub_intents.count) == (1, 1)


def test_cohesion_is_the_mean_cosine_of_two_texts_of_a_group() -> None:
    points = normalize(np.random.default_rng(3).normal(1.0, 1.0, (9, 5)))
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 2, 1])
    cosines = points @ points.T
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
    alike = intent_tree.cohesion(points, groups)
    assert alike[0] == pytest.approx(np.mean([cosines[pair] for pair in pairs]))
    assert alike[2] == 1.0
    assert (alike <= 1.0).all()
