from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from headgate.domains.retail.retail_copilot.text_points import Array, commonest_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from headgate.domains.retail.retail_copilot.intent_tree import Groups

    # Phrases and their groups → the median closeness of each phrase to its group's texts.
    Nearness = Callable[[pd.Series[str], Groups], Array]

MAX_LABELLED_FROM = 10_000  # the commonest texts say enough
_LABEL_WORDS = 4
_LABEL_LENGTH = 80
_LONGER, _LONGER_OF_ONE_TEXT = 0.5, 0.1  # how much a phrase gains by its number of words
# scikit-learn's list has words in it that name what people look for.
_NO_STOP_WORDS = {
    "amount",
    "bill",
    "bottom",
    "call",
    "detail",
    "fire",
    "front",
    "full",
    "interest",
    "side",
    "system",
    "top",
}
# Words with which people ask, whatever they ask for.
_ASKING = {
    "does",
    "hello",
    "help",
    "hi",
    "just",
    "know",
    "let",
    "like",
    "long",
    "need",
    "please",
    "tell",
    "thanks",
    "think",
    "want",
}
# Words in the names of many articles, which alone say nothing of what is wanted.
_OF_MANY_ARTICLES = {
    "colour",
    "color",
    "design",
    "holder",
    "pack",
    "pair",
    "pattern",
    "piece",
    "set",
    "size",
    "style",
}
_EMPTY_WORDS = (ENGLISH_STOP_WORDS - _NO_STOP_WORDS) | _ASKING
_PARTICLES = {"back", "down", "in", "off", "on", "out", "over", "up"}  # they end verbs, as in "top up"
_COMPARED = 15  # phrases of each group whose meaning is compared with that of the group's texts
# The score of a compared phrase has three factors: its share of the group's texts, the share of its uses that
# are in the group, and its meaning. Above _SPECIFIC_ENOUGH the second factor is 1, so that "tin" can win over
# "plaster in tin" (ADR 29).
_SHARE_POWER, _USE_POWER, _NEARNESS_POWER = 0.75, 2, 4
_SPECIFIC_ENOUGH = 0.4
_CLAUSES = r"[.,;:!?\")]+(?:\s+|$)|(?:^|\s+)[\"(]+"  # no label reaches across them
_OTHER = "other"
VARIOUS = "various: "
"""Begins the label of a group whose texts have too little in common for a phrase."""
_WORD = re.compile(r"[\w'-]+")
_LISTED = 3  # searches that name a group


def labels(
    texts: pd.Series[str], groups: Groups, weights: pd.Series[int], nearness: Nearness | None = None
) -> list[str]:
    """Return a phrase that occurs in each group's texts, in the group's order; no two groups have one label.

    The phrase is in many of its group's texts, in more than one if possible, and in few of the others. A
    longer phrase wins over a part of it that fits little better. Phrases of the same words in another order
    count together, and the commonest of them is the label. Case does not count: labels are in lower case.

    Args:
        weights: searches per text; only the commonest texts are read, and each counts once.
        nearness: prefers a phrase that means what most texts of its group mean; without it, words alone
            decide.
    """
    phrases = _phrases(texts, groups, weights)
    assigned = _assigned(phrases, phrases.groupby("words", sort=False).texts.transform("sum"), [], nearness)
    return [assigned.get(group, f"{_OTHER} {group + 1}") for group in range(int(groups.max()) + 1)]


def sub_labels(
    texts: pd.Series[str], sub_groups: Groups, weights: pd.Series[int], parents: Groups, names: Sequence[str]
) -> list[str]:
    """Return a phrase for each sub-intent that sets it apart from the others of its intent.

    Its intent's label where there are no others.

    Args:
        parents: the intent of each sub-intent.
        names: the label of each intent.
    """
    phrases = _phrases(texts, sub_groups, weights)
    within = phrases.groupby([parents[phrases.group.to_numpy()], "words"], sort=False).texts.transform("sum")
    alone = np.bincount(parents, minlength=len(names))[parents] == 1
    several = ~alone[phrases.group.to_numpy()]
    assigned = _assigned(phrases[several], within[several], names)
    return [
        names[intent] if alone[group] else assigned.get(group, f"{_OTHER} {len(names) + group + 1}")
        for group, intent in enumerate(parents)
    ]


def named_by_examples(
    names: Sequence[str],
    texts: pd.Series[str],
    groups: Groups,
    weights: pd.Series[int],
    chosen: npt.NDArray[np.bool_],
) -> list[str]:
    """Return the labels of groups, those of the chosen ones replaced by their commonest texts.

    Args:
        chosen: whether the texts of a group have too little in common for a phrase; shape (groups,).
    """
    listed = _commonest(texts, groups, weights)
    return [
        fitting_label(VARIOUS + ", ".join(listed.text[listed.group == group])) if is_chosen else name
        for group, (name, is_chosen) in enumerate(zip(names, chosen, strict=True))
    ]


def group_names(
    labels: Sequence[str], texts: pd.Series[str], groups: Groups, weights: pd.Series[int]
) -> list[str]:
    """Return the name of each group: its label, or its commonest texts where its searches do not agree.

    They agree if at least as many have all words of the label as are searches for the commonest texts:
    a label that few of a group have would name the others falsely.

    Args:
        labels: as `labels` returns them.
        weights: searches per text.
    """
    words = [set(_words_that_count(label.split())) for label in labels]
    has_label = [words[group] <= set(_WORD.findall(text)) for text, group in zip(texts, groups, strict=True)]
    labelled = weights[has_label].groupby(groups[has_label]).sum()
    of_words = texts.str.contains(r"^\w", regex=True).to_numpy(dtype=bool)
    listed = _commonest(texts[of_words], groups[of_words], weights[of_words])
    searches = listed.groupby("group").searches.sum()
    return [
        _in_a_label(listed.text[listed.group == group]) or label
        if labelled.get(group, 0) < searches.get(group, 0)
        else label
        for group, label in enumerate(labels)
    ]


def fitting_label(label: str) -> str:
    """Return the label, or as many of its first words as have room in the tables' columns."""
    if len(label) <= _LABEL_LENGTH:
        return label
    words = label[: _LABEL_LENGTH + 1].rpartition(" ")[0]
    return (words or label[:_LABEL_LENGTH]).rstrip(", ")


def _commonest(texts: pd.Series[str], groups: Groups, weights: pd.Series[int]) -> pd.DataFrame:
    """Return the commonest texts of each group: columns `text`, `group` and `searches`."""
    frame = pd.DataFrame({"text": texts.to_numpy(), "group": groups, "searches": weights.to_numpy()})
    ordered = frame.sort_values(["searches", "text"], ascending=[False, True])
    return ordered.groupby("group").head(_LISTED)


def _in_a_label(texts: Iterable[str]) -> str:
    """Return as many texts as fit into a label; empty if not even one does."""
    name = ""
    for text in texts:
        longer = f"{name}, {text}" if name else text
        if len(longer) > _LABEL_LENGTH:
            break
        name = longer
    return name


def _assigned(
    phrases: pd.DataFrame, elsewhere: pd.Series[int], taken: Iterable[str], nearness: Nearness | None = None
) -> dict[int, str]:
    """Return the label of each group; a phrase goes to the unlabelled group that it fits best.

    Args:
        elsewhere: texts of each phrase in all groups that it must tell its own apart from, its own included.
        taken: no label, in any order of its words.
    """
    share = phrases.texts / phrases.groupby("group").texts.transform("max")
    scored = phrases.assign(share=share * phrases.texts / (phrases.texts + 1), use=phrases.texts / elsewhere)
    longer = phrases.words.map(len) ** np.where(phrases.texts > 1, _LONGER, _LONGER_OF_ONE_TEXT)
    ranked = _best_first(scored.assign(fit=scored.share * scored.use * longer))
    if nearness:
        is_compared = ranked.groupby("group").cumcount() < _COMPARED
        compared, rest = ranked[is_compared], ranked[~is_compared]
        ranked = pd.concat([_best_first(compared.assign(fit=_fit_with_meaning(compared, nearness))), rest])
    assigned: dict[int, str] = {}
    gone = {_words_that_count(label.split()) for label in taken}
    for group, phrase, words in zip(
        ranked.group.tolist(), ranked.phrase.tolist(), ranked.words.tolist(), strict=True
    ):
        if group not in assigned and words not in gone:
            assigned[group] = phrase
            gone.add(words)
    return assigned


def _fit_with_meaning(phrases: pd.DataFrame, nearness: Nearness) -> Array:
    used = (phrases.use / _SPECIFIC_ENOUGH).clip(upper=1)
    near = nearness(phrases.phrase, phrases.group.to_numpy())
    return np.asarray(
        phrases.share**_SHARE_POWER * used**_USE_POWER * near**_NEARNESS_POWER, dtype=np.float64
    )


def _best_first(phrases: pd.DataFrame) -> pd.DataFrame:
    return phrases.sort_values(by=["fit", "group", "phrase"], ascending=[False, True, True])


def _phrases(texts: pd.Series[str], groups: Groups, weights: pd.Series[int]) -> pd.DataFrame:
    """Return the phrases of the commonest texts, one row per group and words.

    Returns:
        Columns `group`, `words` (that count, in the alphabet's order), `texts` (that have them in a phrase),
        and `phrase` (the commonest).
    """
    order = commonest_first(weights)[:MAX_LABELLED_FROM]
    rows = [
        (group, words, " ".join(phrase))
        for text, group in zip(texts.iloc[order], groups[order], strict=True)
        for words, phrase in _runs_of_words(text).items()
    ]
    every = pd.DataFrame(rows, columns=["group", "words", "phrase"])
    wordings = every.groupby(["group", "words", "phrase"], sort=False).size().reset_index(name="texts")
    commonest = wordings.sort_values(["texts", "phrase"], ascending=[False, True]).groupby(
        ["group", "words"], sort=False
    )
    return commonest.agg(texts=("texts", "sum"), phrase=("phrase", "first")).reset_index()


def _runs_of_words(text: str) -> dict[tuple[str, ...], list[str]]:
    """Return words in a row that can be a label, by those of them that count.

    Of several runs with the same words the shortest.

    They begin with a word that means something, and end with one, or with a particle.
    """
    clauses = (clause.split() for clause in re.split(_CLAUSES, text.casefold()))
    runs = chain.from_iterable(
        (
            words[at : at + count]
            for count in range(_LABEL_WORDS, 0, -1)
            for at in range(len(words) - count + 1)
        )
        for words in clauses
    )
    return {_words_that_count(run): run for run in runs if _is_label(run)}


def _words_that_count(run: Sequence[str]) -> tuple[str, ...]:
    """Return a phrase's distinct meaningful words: "transfer fee" and "fee for a transfer" are equal."""
    return tuple(sorted({word for word in run if not _is_empty(word) or word in _PARTICLES}))


def _is_label(run: Sequence[str]) -> bool:
    if len(run) == 1 and run[0] in _OF_MANY_ARTICLES:
        return False
    ends = not _is_empty(run[-1]) or (len(run) > 1 and run[-1] in _PARTICLES)
    return ends and not _is_empty(run[0]) and sum(map(len, run)) + len(run) <= _LABEL_LENGTH


def _is_empty(word: str) -> bool:
    """Return whether a word names nothing: "the", "didn't"."""
    return word in _EMPTY_WORDS or "'" in word
