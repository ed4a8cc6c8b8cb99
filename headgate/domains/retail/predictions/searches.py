"""The intent of a search: its template, and the batch's intent for it or for the nearest template."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from headgate.scoring.scorer import Scorer


@dataclass(frozen=True)
class Intent:
    """The intent of a search.

    Attributes:
        intent: label of its group; empty when no known template shares a word with it.
        sub_intent: label of the smaller group within it; empty where `intent` is.
        template: of the text.
        nearest: the known template that the intent is taken from; the template itself when it is known.
        similarity: of both, 0 to 1; 1 when the template is known.
    """

    intent: str
    sub_intent: str
    template: str
    nearest: str
    similarity: float


class IntentScorer:
    """Finds intents as the batch does, from the export of `retail_copilot.exported_model`."""

    def __init__(self, scorer: Scorer) -> None:
        self.facts = scorer.facts
        self._templates: list[str] = self.facts["templates"]
        self._place = {template: place for place, template in enumerate(self._templates)}
        self._intents: npt.NDArray[np.int64] = scorer.arrays["intents"]
        self._sub_intents: npt.NDArray[np.int64] = scorer.arrays["sub_intents"]
        self._language = frozenset(self.facts["language"])

    def find(self, text: str) -> Intent:
        """Return the intent of a text as typed."""
        template = self.template(text)
        if (place := self._place.get(template)) is not None:
            return Intent(*self._labels(place), template, template, 1.0)
        nearest = self._nearest(template)
        if nearest is None:
            return Intent("", "", template, "", 0.0)
        place, similarity = nearest
        return Intent(*self._labels(place), template, self._templates[place], similarity)

    def template(self, text: str) -> str:
        """Return the template of a text, as `Normaliser.templates` has it."""
        plain = re.sub(self.facts["accents"], "", unicodedata.normalize("NFKD", text)).casefold()
        for pattern in self.facts["not_words"]:
            plain = re.sub(pattern, " ", plain)
        split = re.sub(self.facts["between_words"], " ", re.sub(self.facts["genitive"], "", plain)).split()
        singular = [self._singular(word) for word in split]
        meant = self.facts["texts_meant"].get(" ".join(singular))
        singular = meant.split() if meant else singular
        right = " ".join(self.facts["corrections"].get(word, word) for word in singular)
        return right[: self.facts["longest"]] or self.facts["blank"]

    def _singular(self, word: str) -> str:
        singular = word
        for pattern, replacement in self.facts["singulars"]:
            singular = re.sub(pattern, replacement, singular)
        return word if word in self._language and singular not in self._language else singular

    def _labels(self, place: int) -> tuple[str, str]:
        """Return the labels of a template's intent and sub-intent."""
        labels, sub_labels = self.facts["labels"], self.facts["sub_labels"]
        return str(labels[self._intents[place]]), str(sub_labels[self._sub_intents[place]])

    def _nearest(self, template: str) -> tuple[int, float] | None:
        """Return the template that shares the rarest words: the cosine with words weighed by rarity."""
        words = set(template.split())
        shared: dict[int, float] = {}
        for word in sorted(words):
            for place in self._having.get(word, ()):
                shared[place] = shared.get(place, 0.0) + self._weight(word) ** 2
        if not shared:
            return None
        own = self._length(words)
        similar = {
            place: total / (own * self._length(set(self._templates[place].split())))
            for place, total in shared.items()
        }
        best = min(similar, key=lambda place: (-similar[place], place))
        return best, min(similar[best], 1.0)

    def _weight(self, word: str) -> float:
        """Return the inverse document frequency."""
        return float(np.log((1 + len(self._templates)) / (1 + len(self._having.get(word, ())))) + 1)

    def _length(self, words: set[str]) -> float:
        return float(np.sqrt(sum(self._weight(word) ** 2 for word in sorted(words))))

    @cached_property
    def _having(self) -> dict[str, list[int]]:
        """The places of the templates that have a word."""
        places: dict[str, list[int]] = {}
        for place, template in enumerate(self._templates):
            for word in sorted(set(template.split())):
                places.setdefault(word, []).append(place)
        return places
