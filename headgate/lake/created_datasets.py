"""Datasets that people create in the lake: their contracts, their authors, and their removals.

A removal takes the contract out of use and keeps it, so that it can be taken back. The merge drops the tables
of removed datasets. See docs/adr/0117-push-of-contracts-and-models.md.
"""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from headgate.contracts.new_column_policy import ALIASES, LEFT_OUT
from headgate.contracts.sensitive_names import PERSONAL
from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.definitions import Definitions, DefinitionVersions, created_file, removal_file
from headgate.lake.ports import ObjectRef

AUTHOR = ".author.json"
MAX_REMOVALS = 200  # the oldest removals are forgotten, and can no longer be taken back
_ATTEMPTS = 3


@dataclass(frozen=True)
class Author:
    """Who wrote a contract or removed a dataset, and when: ISO 8601 in naive UTC."""

    by: str
    at: str


@dataclass(frozen=True)
class NameOwner:
    """The author who has the name of a dataset, None if it is free, and the ETag of this record."""

    author: Author | None
    etag: str


@dataclass(frozen=True)
class Removal(Author):
    """The removal of a dataset.

    Attributes:
        name: mark of the files that were reverted with it; the same if a removal is continued.
        was_in_use: whether the contract was in use, so that the dataset may have rows.
    """

    name: str
    was_in_use: bool = True


@dataclass(frozen=True)
class CreatedDatasets:
    """The datasets that people created in one lake."""

    versions: DefinitionVersions

    def names(self) -> list[str]:
        """Return the datasets with a contract that a person wrote, also removed ones, sorted."""
        listed = self.versions.objects.list(self.versions.bucket, f"{keys.CONTRACT_DRAFTS}/")
        stored = {item.ref.key for item in listed if item.size_bytes}
        datasets = (key.rpartition("/")[2].removesuffix(AUTHOR) for key in stored if key.endswith(AUTHOR))
        # A request that ended early leaves an author without a contract, and a free name an empty object.
        return sorted(dataset for dataset in datasets if keys.contract_draft_key(dataset) in stored)

    def document(self, dataset: str) -> dict[str, Any]:
        """Return the contract; raise NotFoundError if nobody wrote it."""
        document: dict[str, Any] = json.loads(
            self.versions.objects.read(self._ref(keys.contract_draft_key(dataset)))
        )
        return document

    def has(self, dataset: str, document: Mapping[str, Any]) -> bool:
        """Return whether this contract of a dataset is stored, with its author."""
        try:
            self.author(dataset)
            return created_text(self.document(dataset)) == created_text(document)
        except NotFoundError:
            return False

    def author(self, dataset: str) -> Author:
        """Return who wrote the contract; raise NotFoundError if nobody did."""
        if author := self.name_owner(dataset).author:
            return author
        raise NotFoundError(f"Nobody created the dataset {dataset}.")

    def name_owner(self, dataset: str) -> NameOwner:
        """Return who has the name of a dataset."""
        try:
            body, etag = self.versions.objects.read_with_etag(self._ref(_author_key(dataset)))
        except NotFoundError:
            return NameOwner(None, "")
        return NameOwner(Author(**json.loads(body)) if body else None, etag)

    def take_name(self, dataset: str, author: Author, before: NameOwner) -> NameOwner:
        """Give the name of a dataset to an author, who then stores the contract.

        Raises:
            ConflictError: somebody else took the name since `before` was read.
        """
        return self._give_name(dataset, author, before)

    def give_name_back(self, dataset: str, taken: NameOwner, before: NameOwner) -> None:
        """Undo `take_name`, unless the name was taken again since."""
        with suppress(ConflictError):
            self._give_name(dataset, before.author, taken)

    def store(self, dataset: str, document: Mapping[str, Any]) -> None:
        """Store the contract of an author who has the name; this does not put it into use."""
        # JSON is YAML: `headgate push --pull` writes the object into contracts/source.
        self.versions.objects.write(
            self._ref(keys.contract_draft_key(dataset)),
            created_text(document).encode(),
            content_type="application/yaml",
        )

    def edit(self, dataset: str, edit: Callable[[dict[str, Any]], dict[str, Any]], author: Author) -> None:
        """Edit the table of a dataset's contract, also where it is in use.

        Args:
            edit: returns the edited table of the document.
            author: who edits it; the author of the contract stays.

        Raises:
            NotFoundError: nobody created this dataset.
            ConflictError: others kept changing the definitions.
        """
        document = self.document(dataset)
        table, *others = document["schema"]
        edited = {**document, "schema": [edit(table), *others]}
        self.store(dataset, edited)
        name, stored = created_file(dataset), created_text(edited)
        self.change(lambda files: files | {name: stored} if name in files else files, author)

    def removals(self) -> dict[str, Removal]:
        """Return the removals that were not taken back, by dataset."""
        return removals_of(self._in_use())

    def removal(self, dataset: str) -> Removal | None:
        """Return the removal of a dataset; None without one, or if a newer contract has the name.

        Raises:
            NotFoundError: nobody created this dataset.
        """
        removal = self.removals().get(dataset)
        return None if removal and is_superseded(self.author(dataset), removal) else removal

    def is_in_use(self, dataset: str) -> bool:
        """Return whether the contract that a person wrote is in use."""
        return created_file(dataset) in self.contracts()

    def contracts(self) -> dict[str, str]:
        """Return file → text of the contracts in use."""
        in_use = self._in_use()
        return {created_file(name.removeprefix("source/")): text for name, text in in_use.contracts.items()}

    def files(self) -> dict[str, str]:
        """Return file → text of the contracts in use and of the removals."""
        return dict(self._in_use().files)

    def withdrawn(self) -> set[str]:
        """Return the removed datasets without those whose name a newer contract has."""
        removals = self.removals()
        return {
            dataset
            for dataset in removals.keys() & {*self.names()}
            if not is_superseded(self.author(dataset), removals[dataset])
        }

    def change(self, edit: Callable[[dict[str, str]], dict[str, str]], author: Author) -> None:
        """Replace the files in use by their edited form; retry if others push or create at the same time.

        Raises:
            ConflictError: others changed the definitions at each attempt.
        """
        for _ in range(_ATTEMPTS):
            push, etag = self.versions.pointer()
            before = dict(self.versions.created(push.created).files)
            if (after := edit(dict(before))) == before:
                return
            try:
                self.versions.create(Definitions(after, author.by, author.at), etag)
            except ConflictError:
                continue
            return
        raise ConflictError(
            "Other requests keep changing the definitions of the lake. Send the request again."
        )

    def remove(self, dataset: str, author: Author) -> Removal:
        """Take the contract of a dataset out of use, and return the removal.

        A dataset that is removed already keeps its removal. One whose removal was taken back in part is
        removed again under the same name, because its other files have this mark.
        """
        written = self.author(dataset)
        new = Removal(author.by, author.at, name=f"{dataset}@{author.at}")
        removal = new
        forgotten: dict[str, Removal] = {}

        def without(files: dict[str, str]) -> dict[str, str]:
            nonlocal removal, forgotten
            was_in_use = files.pop(created_file(dataset), None) is not None
            before = removals_of(Definitions(files)).get(dataset)
            if before is None:
                removal = replace(new, was_in_use=was_in_use)
            elif was_in_use:
                removal = replace(new, name=before.name)
            else:
                removal = (
                    replace(new, was_in_use=before.was_in_use) if is_superseded(written, before) else before
                )
            files |= {removal_file(dataset): json.dumps(asdict(removal))}
            forgotten = _oldest_removals(files)
            return {name: text for name, text in files.items() if name not in map(removal_file, forgotten)}

        self.change(without, author)
        for name in forgotten.keys() - {dataset}:
            self._forget(name, forgotten[name])
        return removal

    def put_back(self, dataset: str, author: Author) -> None:
        """Put the contract of a removed dataset into use; its removal stays until `end_removal`."""
        text = created_text(self.document(dataset))
        self.change(lambda files: files | {created_file(dataset): text}, author)

    def end_removal(self, dataset: str, author: Author) -> None:
        """Forget the removal of a dataset, which is taken back or replaced."""
        self.change(
            lambda files: {name: text for name, text in files.items() if name != removal_file(dataset)},
            author,
        )

    def _give_name(self, dataset: str, author: Author | None, before: NameOwner) -> NameOwner:
        # A free name keeps an empty object, because the API may not delete it.
        body = json.dumps(asdict(author)).encode() if author else b""
        etag = self.versions.objects.replace(self._ref(_author_key(dataset)), body, before.etag, {})
        return NameOwner(author, etag)

    def _forget(self, dataset: str, removal: Removal) -> None:
        """Delete the contract of a forgotten removal, which would wait for a deployment from then on."""
        author = self.name_owner(dataset).author  # the caller may not list the contracts
        if author is None or self.is_in_use(dataset) or is_superseded(author, removal):
            return
        for key in (keys.contract_draft_key(dataset), _author_key(dataset)):
            self.versions.objects.delete(self._ref(key))

    def _in_use(self) -> Definitions:
        return self.versions.created(self.versions.pointer()[0].created)

    def _ref(self, key: str) -> ObjectRef:
        return ObjectRef(self.versions.bucket, key)


def created_text(document: Mapping[str, Any]) -> str:
    """Return a contract as it is stored."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def removals_of(created: Definitions) -> dict[str, Removal]:
    """Return the removals among the definitions that people created, by dataset."""
    return {dataset: Removal(**json.loads(text)) for dataset, text in created.removals.items()}


def is_superseded(author: Author, removal: Removal) -> bool:
    """Return whether a contract was handed in after the removal of an earlier dataset of its name."""
    return author.at > removal.at


def not_removed(dataset: str) -> NotFoundError:
    """Return the error for a dataset without a removal."""
    return NotFoundError(
        f"{dataset} has no removal to take back: it was never removed, a newer contract has its name, or "
        f"more than {MAX_REMOVALS} datasets were removed since."
    )


def _oldest_removals(files: dict[str, str]) -> dict[str, Removal]:
    """Return the removals beyond the newest MAX_REMOVALS, by dataset."""
    removals = removals_of(Definitions(files))
    by_age = sorted(removals, key=lambda dataset: (removals[dataset].at, dataset))
    return {dataset: removals[dataset] for dataset in by_age[:-MAX_REMOVALS]}


def _author_key(dataset: str) -> str:
    return keys.contract_draft_key(dataset).removesuffix(".yaml") + AUTHOR


def with_description(
    table: Mapping[str, Any], description: str, columns: Mapping[str, str]
) -> dict[str, Any]:
    """Return the table with a description, and with those of its columns in `columns`."""
    properties = [
        {**column, "description": columns[column["name"]]} if column["name"] in columns else column
        for column in table["properties"]
    ]
    return {**table, "description": description, "properties": properties}


def with_optional(table: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the table in which files may lack these columns, and values of them."""
    properties = [
        {**column, "required": False} if column["name"] in names else column for column in table["properties"]
    ]
    return {**table, "properties": properties}


def with_people(table: Mapping[str, Any], personal: Mapping[str, bool]) -> dict[str, Any]:
    """Return the table with the columns that are about people, or no longer are.

    A column about people has no list of values: the contract would show them.
    """
    return {
        **table,
        "properties": [
            _about_people(column, is_personal=personal[column["name"]])
            if column["name"] in personal
            else column
            for column in table["properties"]
        ],
    }


def _about_people(column: Mapping[str, Any], *, is_personal: bool) -> dict[str, Any]:
    if column.get("classification") not in {None, PERSONAL}:
        return {**column}  # a masked column stays restricted
    others = {name: value for name, value in column.items() if name != "classification"}
    if not is_personal:
        return others
    quality = [each for each in column.get("quality", ()) if "validValues" not in each.get("arguments", {})]
    kept = {name: value for name, value in others.items() if name != "quality"}
    return {**kept, **({"quality": quality} if quality else {}), "classification": PERSONAL}


def with_columns(table: Mapping[str, Any], added: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table with further columns.

    Args:
        added: their ODCS properties by their names in files, by which later files are recognised.
    """
    own = {each["property"]: each["value"] for each in table.get("customProperties", ())}
    names = {heading.strip().casefold() for heading in added}
    own[LEFT_OUT] = [name for name in own.get(LEFT_OUT, ()) if name.strip().casefold() not in names]
    own[ALIASES] = own.get(ALIASES, {}) | {
        column["name"]: [heading] for heading, column in added.items() if column["name"] != heading
    }
    return {
        **table,
        "properties": [*table["properties"], *added.values()],
        "customProperties": [{"property": name, "value": value} for name, value in own.items() if value],
    }
