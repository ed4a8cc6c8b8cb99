"""The quality gate's results per part, so that a part is checked once by the current suite."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.quality.validation import Answers, FailedExpectation, RuleAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.snapshots.parts import Part

# Increment it if equal rows may get another verdict from the same contract, so that all parts are checked
# again.
SUITES_EDITION = 1


@dataclass(frozen=True)
class CheckedPart:
    """A suite's results for a part, and the snapshot in which the part was checked."""

    snapshot_id: str
    answers: Answers


@dataclass(frozen=True)
class CheckedParts:
    """The results for the parts of each dataset's newest snapshot, one object per dataset."""

    objects: ObjectStore
    bucket: str

    def load(self, contract: Contract) -> dict[str, CheckedPart]:
        """Return the results of the contract's current suite, by `identity` of the part."""
        ref = self._ref(contract.dataset)
        # Listed first, because S3 may answer 403 instead of 404 to a role.
        if not any(item.ref.key == ref.key for item in self.objects.list(self.bucket, ref.key)):
            return {}
        saved = json.loads(self.objects.read(ref))
        return (
            {part_id: _checked(part) for part_id, part in saved["parts"].items()}
            if saved["suite"] == suite_id(contract)
            else {}
        )

    def save(self, contract: Contract, parts: Mapping[str, CheckedPart]) -> None:
        """Replace the results of a dataset, without failed parts, which are checked again."""
        passed = {part_id: asdict(part) for part_id, part in parts.items() if part.answers.passed}
        answers = {"suite": suite_id(contract), "parts": passed}
        self.objects.write(
            self._ref(contract.dataset),
            json.dumps(answers, sort_keys=True).encode(),
            content_type="application/json",
        )

    def _ref(self, dataset: str) -> ObjectRef:
        return ObjectRef(self.bucket, keys.checked_parts_key(dataset))


def identity(part: Part) -> str:
    """Return the identity of a part, from its bytes and the recorded counts and key range."""
    edges = [sorted(end.items()) for end in (part.first, part.last)]
    return hashlib.sha256(repr((part.sha256, part.rows, part.size_bytes, edges)).encode()).hexdigest()


def suite_id(contract: Contract) -> str:
    """Return the identity of a contract's suite, from its rules and the versions of the libraries."""
    return rules_fingerprint(contract, SUITES_EDITION, version("great_expectations"), version("pandas"))


def _checked(part: Mapping[str, object]) -> CheckedPart:
    """Parse a part of `save`."""
    answers: Mapping[str, object] = part["answers"]  # type: ignore[assignment]  # an object in JSON
    rules = tuple(_rule(rule) for rule in answers["rules"])  # type: ignore[attr-defined]  # a list in JSON
    return CheckedPart(str(part["snapshot_id"]), Answers(int(str(answers["rows"])), rules))


def _rule(answer: Mapping[str, object]) -> RuleAnswer:
    failed: Mapping[str, object] = answer["failed"]  # type: ignore[assignment]  # an object in JSON, or null
    broken = FailedExpectation(**{**failed, "keys": tuple(failed["keys"])}) if failed else None  # type: ignore[arg-type]  # as `save` wrote them
    return RuleAnswer(str(answer["place"]), str(answer["rule"]), bool(answer["warns"]), broken)
