"""Map files whose header differs from the contract's, or suggest a mapping to a person.

A mapping with enough confidence is applied; other files are pending. A person's decision is remembered for
the source (the first folder of the key) and this header, and applies to the next file. A mapped file is read
unchanged, by its dataset's contract under the file's own headings.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from headgate.contracts.new_column_policy import with_left_out, with_undeclared
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.errors import BadInputError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectInfo, ObjectRef, ObjectStore
from headgate.matching.header_names import folded
from headgate.matching.match_header import names_with_numbers, split_objects, with_headings
from headgate.matching.nearest_header import (
    decided_places,
    in_decided_names,
    place_of_nearest,
    with_other_names,
    without_other_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.matching.file_table import FileTable
    from headgate.matching.suggest_mapping import Match

    SampleTable = Callable[[bytes | Path, Contract | None], FileTable | None]

# Rejections that a mapping of the header may fix.
MAPPABLE_RULES = {
    "unknown_dataset",
    "not_a_table",
    "missing_column",
    "missing_sensitive_column",
    "unknown_column",
}
REMEMBERED = "remembered"
_WORTH_ASKING = 0.3
_MAX_HEADERS = 50  # of a source, the newest ones, among which the nearest to a new header is
# Replaces the decisions of a forgotten header: no dataset has this name, so nothing is applied.
_FORGOTTEN = {"dataset": "", "columns": [], "fields": []}
_DATASET_ONLY = "dataset"  # instead of a header's fingerprint: a decision about one file of no dataset


@dataclass(frozen=True)
class Decided:
    """The fields of a file's columns by position, and their origin.

    Attributes:
        how: `remembered`, or the method of the pair with the lowest confidence.
        contract: the dataset's contract with the file's headings, by which the file is read unchanged.
    """

    dataset: str
    fields: tuple[str, ...]
    how: str
    confidence: float
    contract: Contract
    names: tuple[str, ...]

    def as_record(self) -> dict[str, str]:
        """Return the mapping for the file's record: columns and fields, method, confidence, columns left out.

        Empty if the file only has new columns.
        """
        hidden = {column.name for column in self.contract.columns if column.left_out}
        by_name = list(zip(self.names, self.fields, strict=True))
        pairs = {
            name: field for name, field in by_name if field not in hidden and folded(name) != folded(field)
        }
        if not pairs and not hidden and any(column.undeclared for column in self.contract.columns):
            return {}
        left_out = (
            {"left_out": json.dumps([name for name, field in by_name if field in hidden])} if hidden else {}
        )
        return {
            "columns": json.dumps(pairs),
            "how": self.how,
            "confidence": f"{self.confidence:.2f}",
            **left_out,
        }


@dataclass(frozen=True)
class Suggested:
    """The question to a person: a suggested field, or nothing, for each column.

    `how` is the method by column, as in `Pair.how`.
    """

    dataset: str
    source: str
    fingerprint: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    confidence: tuple[float, ...]
    absent: tuple[str, ...]
    how: tuple[str, ...] = ()

    def asked(self, key: str) -> BadInputError:
        """Return the error that asks the file's sender or the lake's operator to decide."""
        from headgate.matching.suggest_mapping import THRESHOLD  # noqa: PLC0415 a cold start loads this only when a header must be matched

        uncertain = [
            name
            for name, confidence in zip(self.names, self.confidence, strict=True)
            if confidence < THRESHOLD
        ]
        named = shlex.quote(key)
        missing = f"; no column can be identified as {', '.join(self.absent)}" if self.absent else ""
        return BadInputError(
            rule="needs_mapping",
            message=(
                f"the header is not that of {self.dataset}, and the meaning of "
                f"{', '.join(uncertain) or 'its columns'} "
                f"is not certain enough{missing}"
            ),
            remedy=(
                f"see `headgate mapping show {named}`; then `headgate mapping accept {named}`, or `headgate "
                f"mapping set {named} COLUMN=FIELD`; "
                "`--leave-out COLUMN` leaves a column out; a new column is added to the contract by whoever "
                "deploys the lake, and the next deployment takes up the file"
            ),
            file=key,
        )

    def to_json(self) -> str:
        """Return the suggestion as text for the file's record."""
        return json.dumps(
            vars(self) | {"confidence": [round(confidence, 2) for confidence in self.confidence]}
        )

    @classmethod
    def from_json(cls, text: str) -> Suggested:
        """Return the suggestion from a file's record."""
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
        return cls(**read)


@dataclass(frozen=True)
class Remembered:
    """A person's decision for the files of a source with the same header.

    Attributes:
        header: fingerprint of the header.
        columns: the header's names.
        fields: by column; None leaves the column out.
    """

    source: str
    header: str
    dataset: str
    columns: tuple[str, ...]
    fields: tuple[str | None, ...]
    decided_at: datetime


@dataclass(frozen=True)
class Mappings:
    """The fields of columns: as people decided, else by their names and values.

    Attributes:
        sample_table: reads a file's header and first rows (`headgate.formats.read_table.sample_table`).
    """

    objects: ObjectStore
    bucket: str
    contracts: Mapping[str, Contract]
    sample_table: SampleTable

    def dataset(self, key: str, body: bytes | Path) -> str:
        """Return the dataset of a file whose folder names none.

        Return "" if neither a remembered mapping nor the columns identify one. Values alone do not:
        `headgate.matching.dataset_evidence` has the rule.
        """
        if keys.is_of_no_dataset(key):
            return self._dataset_decided_later(key)
        headed = self.sample_table(body, None)
        if headed is None:
            return ""
        return self.dataset_of_table(key, headed) or self._dataset_of_objects(key, headed, body)

    def _dataset_of_objects(self, key: str, headed: FileTable, body: bytes | Path) -> str:
        """Return the dataset of a file by the columns that its contract makes of objects; empty for none.

        A person's decision is stored for these columns, such as `pole_lat` for the object `pole`.
        """
        import pyarrow as pa  # noqa: PLC0415 as below

        from headgate.matching.dataset_evidence import known_dataset  # noqa: PLC0415 as below

        nested = [
            name
            for name, column in zip(headed.names, headed.columns, strict=True)
            if pa.types.is_nested(column.type)
        ]
        for dataset, contract in self.contracts.items() if nested else ():
            if split_objects(contract).isdisjoint(map(folded, nested)):
                continue
            if not (split := self.sample_table(body, contract)):
                continue
            remembered = self._remembered(sender_of_key(key), split)
            if remembered and remembered[0] != dataset:
                continue
            if remembered or known_dataset(split.names, split.samples, {dataset: contract}):
                return dataset
        return ""

    def dataset_of_table(self, key: str, headed: FileTable) -> str:
        """Return the dataset of a table in a file, by the rules of `dataset`."""
        from headgate.matching.dataset_evidence import known_dataset  # noqa: PLC0415 a cold start loads what matches headers when one asks

        if keys.is_of_no_dataset(key):
            return self._dataset_decided_later(key)
        if remembered := self._remembered(sender_of_key(key), headed):
            return remembered[0]
        if dataset := known_dataset(headed.names, headed.samples, self.contracts):
            return dataset
        nearest = self._nearest(sender_of_key(key), headed)
        return nearest.dataset if nearest else ""

    def recognised(self, key: str, body: bytes | Path) -> str:
        """Return the dataset of a file by the current contracts, from its folder or else from its columns.

        Return "" if there is none.
        """
        folder = keys.dataset_of(key)
        return folder if folder in self.contracts else self.dataset(key, body)

    def recognition_state(self) -> str:
        """Return a text that changes with everything but the file that `recognised` depends on."""
        contracts = [
            (name, contract.version, gate_fingerprint(contract))
            for name, contract in sorted(self.contracts.items())
        ]
        decided = sorted(
            (mapping.ref.key, mapping.etag) for mapping in self.objects.list(self.bucket, f"{keys.MAPPINGS}/")
        )
        return hashlib.sha256(repr((contracts, decided)).encode()).hexdigest()[:16]

    def decide(self, key: str, dataset: str, body: bytes | Path) -> Decided | Suggested | None:
        """Return the file's mapping, or a question to a person; None if a mapping cannot help.

        Raises:
            BadInputError: `new_column`: the contract stops files with new columns.
        """
        from headgate.matching.new_columns import match_of_kept, new_columns  # noqa: PLC0415 as above
        from headgate.matching.suggest_mapping import THRESHOLD  # noqa: PLC0415 as above

        headed = self.sample_table(body, self.contracts.get(dataset))
        if headed is None or dataset not in self.contracts:
            return None
        contract = self.contracts[dataset]
        remembered = self._remembered(sender_of_key(key), headed)
        if remembered and remembered[0] == dataset and not _wrong_with(contract, headed.names, remembered[1]):
            return _as_remembered(headed, contract, remembered[1])
        decided = self._decided_places(sender_of_key(key), headed, contract)
        left_out_before = {place for place, field in decided.items() if field is None}
        match, places = match_of_kept(in_decided_names(headed, decided), contract, left_out_before)
        match = _as_decided(match, decided)
        contract, left_out = _leave_columns_out(headed, contract, places)
        if new := new_columns(headed, contract, match):
            return _with_new_columns(headed, contract, match, left_out | new)
        if match.worth < _WORTH_ASKING or (not left_out and _is_own(headed, contract, match)):
            return None
        return (
            _certain(headed, contract, match, left_out)
            if match.confidence >= THRESHOLD
            else _suggested(key, headed, match)
        )

    def renewed(self, key: str, suggested: Suggested, body: bytes | Path) -> Suggested:
        """Return the suggestion for a pending file by the current contracts, else the old one.

        A newer contract may fit the file better, and then the suggestion is for its dataset.
        """
        return self.suggestion(key, self.recognised(key, body) or suggested.dataset, body) or suggested

    def suggestion(self, key: str, dataset: str, body: bytes | Path) -> Suggested | None:
        """Return the suggestion for a file of the dataset.

        None if it has no contract, or if the file's header cannot be read.
        """
        contract = self.contracts.get(dataset)
        headed = self.sample_table(body, contract)
        if contract is None or headed is None:
            return None
        return self.matched(key, dataset, headed)

    def matched(
        self, key: str, dataset: str, headed: FileTable, in_plain_spelling: Sequence[pa.Array] = ()
    ) -> Suggested:
        """Return the suggestion for a file of the dataset, from its header and sample values.

        Args:
            in_plain_spelling: the samples in the plain spelling of the types that they show.
        """
        from headgate.matching.suggest_mapping import match_columns  # noqa: PLC0415 as above

        contract = self.contracts[dataset]
        decided = self._decided_places(sender_of_key(key), headed, contract)
        named, headings = in_decided_names(headed, decided), self._decided_headings(key, headed, dataset)
        named_before = with_other_names(contract, headings)
        match = without_other_numbers(
            match_columns(named.names, headed.samples, named_before, in_plain_spelling=in_plain_spelling),
            named.names,
            headings,
        )
        return _suggested(key, headed, _as_decided(match, decided))

    def assigned(self, key: str, dataset: str, body: bytes | Path) -> Suggested:
        """Return the suggestion for a file that a person assigns to the dataset."""
        if dataset not in self.contracts:
            remedy = (
                "name one of "
                f"{', '.join(sorted(self.contracts)) or 'the datasets of the lake, which has none yet'}"
            )
            raise BadInputError(
                rule="unknown_dataset",
                message="the lake has no dataset of this name",
                remedy=remedy,
                file=key,
            )
        folder = keys.dataset_of(key)
        if folder in self.contracts and folder != dataset:
            message = f"the file is in the folder of {folder}, which no mapping changes"
            raise BadInputError(
                rule="unknown_dataset",
                message=message,
                remedy=f"upload it with `--dataset {dataset}`",
                file=key,
            )
        if suggested := self.suggestion(key, dataset, body):
            return suggested
        raise BadInputError(
            rule="not_a_table",
            message="no header was found whose columns could be mapped",
            remedy="put the columns' names in the first row, and upload the file again",
            file=key,
        )

    def check(self, suggested: Suggested, fields: Sequence[str | None]) -> None:
        """Check that the fields make a file of the suggestion's dataset; BadInputError as `remember`."""
        _check(self.contracts[suggested.dataset], suggested.names, fields)

    def remember(self, suggested: Suggested, fields: Sequence[str | None]) -> None:
        """Store the fields, by position, of files of this source with this header.

        None leaves a column out.

        Raises:
            BadInputError: `needs_mapping`: a column has an unknown field, two columns have the same one, or a
                required one is missing.
        """
        self.check(suggested, fields)
        decided = {"dataset": suggested.dataset, "fields": list(fields), "columns": list(suggested.names)}
        mapping = json.dumps(decided, sort_keys=True).encode()
        self.objects.write(
            self._ref(suggested.source, suggested.fingerprint), mapping, content_type="application/json"
        )

    def decide_dataset(self, key: str, dataset: str) -> None:
        """Store the dataset of a file that its sender declared as of no dataset."""
        body = json.dumps({**_FORGOTTEN, "dataset": dataset}, sort_keys=True).encode()
        self.objects.write(self._ref(key, _DATASET_ONLY), body, content_type="application/json")

    def _dataset_decided_later(self, key: str) -> str:
        decided = self._decided(self._ref(key, _DATASET_ONLY))
        return decided[0] if decided else ""

    def remember_edits(self, suggested: Suggested, edits: Mapping[str, Any]) -> None:
        """Store the edits of an upload for the next one of this source with this header."""
        ref = ObjectRef(self.bucket, keys.edits_key(suggested.source, suggested.fingerprint))
        self.objects.write(ref, json.dumps(edits, sort_keys=True).encode(), content_type="application/json")

    def remembered_edits(self, key: str, headed: FileTable) -> Mapping[str, Any] | None:
        """Return the remembered edits for a header, by the file's source and then for `uploads`."""
        for source in dict.fromkeys((sender_of_key(key), keys.UPLOADS)):
            try:
                read = self.objects.read(ObjectRef(self.bucket, keys.edits_key(source, headed.fingerprint)))
            except NotFoundError:
                continue
            edits: dict[str, Any] = json.loads(read)
            return edits if edits["dataset"] in self.contracts else None
        return None

    def edits_of_other_headers(self, key: str, headed: FileTable) -> list[Mapping[str, Any]]:
        """Return the remembered edits for the newest headers of the file's source, newest first.

        Return none if there are edits for its own header, also forgotten ones.
        """
        listed = [
            info
            for source in dict.fromkeys((sender_of_key(key), keys.UPLOADS))
            for info in self._newest(f"{keys.EDITS}/{source}/")
        ]
        if any(info.ref.key.endswith(f"/{headed.fingerprint}.json") for info in listed):
            return []
        every: list[dict[str, Any]] = [json.loads(self.objects.read(info.ref)) for info in listed]
        return [edits for edits in every if edits["dataset"] in self.contracts]

    @property
    def remembers_edits(self) -> bool:
        """Whether edits of any upload are remembered."""
        return any(True for _ in self.objects.list(self.bucket, f"{keys.EDITS}/"))

    def remembered(self) -> list[Remembered]:
        """Return the remembered mappings by source and header, without those that were forgotten."""
        every = [self._read(mapping) for mapping in self.objects.list(self.bucket, f"{keys.MAPPINGS}/")]
        return [mapping for mapping in every if mapping.dataset and mapping.header != _DATASET_ONLY]

    def remembered_for(self, source: str, header: str) -> Remembered | None:
        """Return the remembered mapping for a header of a source, None without one."""
        key = keys.mapping_key(source, header)
        listed = [info for info in self.objects.list(self.bucket, key) if info.ref.key == key]
        return self._read(listed[0]) if listed else None

    def forget(self, source: str, header: str) -> Remembered:
        """Forget the decisions for a header; the next file of this source and header is matched again.

        Args:
            header: fingerprint of the header, or its beginning.
        """
        prefix = keys.mapping_key(source, header).removesuffix(".json")
        listed = [self._read(info) for info in self.objects.list(self.bucket, prefix)] if header else []
        matching = [mapping for mapping in listed if mapping.dataset and mapping.source == source]
        if len(matching) != 1:
            raise NotFoundError(
                f"{len(matching)} remembered mappings have this source and header; exactly one is expected. "
                "Remedy: copy both from `headgate mapping list`."
            )
        self.forget_header(source, matching[0].header)
        return matching[0]

    def forget_header(self, source: str, header: str) -> None:
        """Replace the decisions and the edits for a header by empty ones; do nothing without any.

        Earlier versions of the objects stay, as after a later decision.
        """
        body = json.dumps(_FORGOTTEN).encode()
        for key in (keys.mapping_key(source, header), keys.edits_key(source, header)):
            if any(info.ref.key == key for info in list(self.objects.list(self.bucket, key))):
                self.objects.write(ObjectRef(self.bucket, key), body, content_type="application/json")

    def _read(self, mapping: ObjectInfo) -> Remembered:
        read = json.loads(self.objects.read(mapping.ref))
        source, header = (
            keys.mapping_source(mapping.ref.key),
            mapping.ref.key.rpartition("/")[2].removesuffix(".json"),
        )
        return Remembered(
            source,
            header,
            read["dataset"],
            tuple(read.get("columns", ())),
            tuple(read["fields"]),
            mapping.modified_at,
        )

    def _remembered(self, source: str, headed: FileTable) -> tuple[str, tuple[str | None, ...]] | None:
        """Return the decision for the header, by the source and then by other folders of the same people.

        Uploads are in the folder of their dataset if the sender names one, and else in `uploads`. Two
        datasets with the same header identify none.
        """
        if decided_for_source := self._decided(self._ref(source, headed.fingerprint)):
            return decided_for_source
        if source in self.contracts:
            return self._decided(self._ref(keys.UPLOADS, headed.fingerprint))
        if source != keys.UPLOADS:
            return None
        name = f"/{headed.fingerprint}.json"
        refs = [
            info.ref
            for info in self.objects.list(self.bucket, f"{keys.MAPPINGS}/")
            if info.ref.key.endswith(name)
        ]
        named = [ref for ref in refs if keys.mapping_source(ref.key) in self.contracts]
        return self._decided(named[0]) if len(named) == 1 else None

    def _decided_places(self, source: str, headed: FileTable, contract: Contract) -> dict[int, str | None]:
        """Return the fields that people decided for columns of the nearest header, as `decided_places`."""
        if {*map(folded, headed.names)} <= {*map(folded, contract.names)}:
            return {}
        nearest = self._nearest(source, headed, contract.dataset)
        fields = dict(zip(nearest.columns, nearest.fields, strict=True)) if nearest else {}
        return decided_places(headed, contract, fields)

    def _decided_headings(self, key: str, headed: FileTable, dataset: str) -> dict[str, list[str]]:
        """Return the columns that people decided as each field in other headers of the source."""
        edited = (
            edits["columns"]
            for edits in self.edits_of_other_headers(key, headed)
            if edits["dataset"] == dataset
        )
        nearest = self._nearest(sender_of_key(key), headed, dataset)
        mapped = zip(nearest.columns, nearest.fields, strict=True) if nearest else ()
        headings: dict[str, list[str]] = {}
        for column, field in (*chain.from_iterable(columns.items() for columns in edited), *mapped):
            if field:
                headings.setdefault(field, []).append(column)
        return headings

    def _nearest(self, source: str, headed: FileTable, dataset: str = "") -> Remembered | None:
        """Return the mapping of the source for the header that is nearest to the file's; None without any.

        A decision about the file's own header, also a forgotten one, leaves no room for another one.
        """
        for folder in self._sources(source):
            listed = self._newest(f"{keys.MAPPINGS}/{folder}/")
            if any(info.ref == self._ref(folder, headed.fingerprint) for info in listed):
                return None
            mappings = [self._read(info) for info in listed]
            wanted = {dataset} if dataset else {*self.contracts}
            fitting = [each for each in mappings if each.dataset in wanted and each.columns]
            place = place_of_nearest(headed.shown, [each.columns for each in fitting])
            if place is not None:
                return fitting[place]
        return None

    def _sources(self, source: str) -> tuple[str, ...]:
        """Return the sources of the same people: uploads are below their dataset if the sender names one."""
        return (source, keys.UPLOADS) if source in self.contracts else (source,)

    def _newest(self, prefix: str) -> list[ObjectInfo]:
        """Return the newest objects below a prefix, newest first."""
        listed = list(self.objects.list(self.bucket, prefix))
        return sorted(listed, key=lambda info: info.modified_at, reverse=True)[:_MAX_HEADERS]

    def _decided(self, ref: ObjectRef) -> tuple[str, tuple[str | None, ...]] | None:
        try:
            read = json.loads(self.objects.read(ref))
        except NotFoundError:
            return None
        return (read["dataset"], tuple(read["fields"])) if read["dataset"] in self.contracts else None

    def _ref(self, source: str, fingerprint: str) -> ObjectRef:
        return ObjectRef(self.bucket, keys.mapping_key(source, fingerprint))


def sender_of_key(key: str) -> str:
    """Return the source of a file: the first folder of its key."""
    return keys.dataset_of(key) or "_root"


def _is_own(headed: FileTable, contract: Contract, match: Match) -> bool:
    """Return whether the header has only the contract's own names, as the gate compares them.

    `Order ID` is not the contract's `order_id`, but is matched to it.
    """
    names = names_with_numbers(headed.names, contract)
    return not match.unknown and all(
        folded(names[pair.position]) == folded(pair.field) for pair in match.pairs
    )


def _with_new_columns(
    headed: FileTable, contract: Contract, match: Match, others: Mapping[int, str]
) -> Decided:
    """Return the mapping of a file whose new columns are text columns of the contract for this file.

    Args:
        others: the names of columns that are no fields, by position. Those that the contract lacks are new.
    """
    fields = {pair.position: pair.field for pair in match.pairs} | dict(others)
    least = min(match.pairs, key=lambda pair: pair.confidence)
    extended = with_undeclared(contract, [name for name in others.values() if name not in contract.names])
    return _decided(
        headed,
        extended,
        tuple(fields[place] for place in range(len(headed.names))),
        least.how,
        match.pairs_confidence,
    )


def _as_remembered(headed: FileTable, contract: Contract, fields: Sequence[str | None]) -> Decided:
    """Return the mapping that a person decided.

    Columns that it leaves out are read under their own names and not written.
    """
    contract, left_out = _leave_columns_out(
        headed, contract, [place for place, field in enumerate(fields) if field is None]
    )
    named = tuple(left_out[place] if field is None else field for place, field in enumerate(fields))
    return _decided(headed, contract, named, REMEMBERED, 1.0)


def _leave_columns_out(
    headed: FileTable, contract: Contract, places: Sequence[int]
) -> tuple[Contract, dict[int, str]]:
    """Return the contract for a file with the columns at these positions left out, and their names in it."""
    from headgate.matching.new_columns import undeclared_names  # noqa: PLC0415 as above

    names = undeclared_names(headed, contract, places)
    return with_left_out(contract, {name: headed.names[place] for place, name in names.items()}), names


def _certain(headed: FileTable, contract: Contract, match: Match, left_out: Mapping[int, str]) -> Decided:
    fields = {pair.position: pair.field for pair in match.pairs} | dict(left_out)
    least = min(match.pairs, key=lambda pair: pair.confidence)
    return _decided(
        headed,
        contract,
        tuple(fields[place] for place in range(len(headed.names))),
        least.how,
        match.confidence,
    )


def _decided(
    headed: FileTable, contract: Contract, fields: tuple[str, ...], how: str, confidence: float
) -> Decided:
    names = tuple(
        # `Dauer (Min)` is only displayed under the contract's name
        field if folded(name) == folded(field) else shown
        for name, field, shown in zip(headed.names, fields, headed.shown, strict=True)
    )
    headings = with_headings(contract, headed.names, fields)
    return Decided(contract.dataset, fields, how, confidence, headings, names)


def _as_decided(match: Match, decided: Mapping[int, str | None]) -> Match:
    """Return the match in which columns that people decided about are remembered, and others are not."""
    pairs = tuple(
        replace(pair, how=REMEMBERED) if decided.get(pair.position) else pair
        for pair in match.pairs
        if decided.get(pair.position, "") is not None
    )
    return replace(match, pairs=pairs)


def _suggested(key: str, headed: FileTable, match: Match) -> Suggested:
    by_place = {pair.position: pair for pair in match.pairs}
    pairs = [by_place.get(place) for place in range(len(headed.names))]
    return Suggested(
        dataset=match.dataset,
        source=sender_of_key(key),
        fingerprint=headed.fingerprint,
        names=headed.shown,
        fields=tuple(pair.field if pair else "" for pair in pairs),
        confidence=tuple(pair.confidence if pair else 0.0 for pair in pairs),
        absent=match.absent,
        how=tuple(pair.how if pair else "" for pair in pairs),
    )


def _check(contract: Contract, names: Sequence[str], fields: Sequence[str | None]) -> None:
    if wrong := _wrong_with(contract, names, fields):
        raise BadInputError(
            rule="needs_mapping",
            message=f"the columns do not make a file of {contract.dataset}: {wrong}",
            remedy="name a field of the contract for each column, and leave out the columns that are none",
        )


def _wrong_with(contract: Contract, names: Sequence[str], fields: Sequence[str | None]) -> str:
    """Return why the columns do not make a file; "" if they do.

    Remembered fields may no longer fit a changed contract.
    """
    wrong = [
        name
        for name, field in zip(names, fields, strict=True)
        if field is not None and field not in contract.names
    ]
    duplicate = sorted({field for field in fields if field and list(fields).count(field) > 1})
    absent = contract.lacking(fields)
    reasons = [
        f"no field for {', '.join(wrong)}" if wrong else "",
        f"two columns for {', '.join(duplicate)}" if duplicate else "",
        f"no column for {', '.join(absent)}" if absent else "",
        "every column is left out" if not any(fields) else "",
    ]
    return "; ".join(part for part in reasons if part)
