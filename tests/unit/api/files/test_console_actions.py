"""Random sequences of what people do at the console: the answers equal the ledger, and the merged table
equals a plain model.

Two people and an operator upload, map, check, commit, abort, correct, undo, redo and replay, while files come
again and the gate works on what was committed so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.curated import curated_contract
from headgate.contracts.registry import Registry
from headgate.intake.files.replay_file import Replayer
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.versions import last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from tests.duckdb_memory import MEMORY
from tests.examples import examples
from tests.unit.api.files.test_uploads import begin, send_parts
from tests.unit.api.lakes import Answer, Caller, MemoryLake, processor
from tests.unit.intake.files.test_replay_file import contract

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.unit

MOST = 10  # the contract refuses larger amounts
BY = contract(MOST)
FOREIGN = "Nummer,Wert"
FIELDS = {"Nummer": "id", "Wert": "amount"}


@dataclass(frozen=True)
class Content:
    """Rows that a file brings, by id; ids of different deliveries differ."""

    name: str
    header: str
    rows: tuple[tuple[int, int], ...]

    @property
    def body(self) -> bytes:
        return "\n".join([self.header, *(f"{one},{amount}" for one, amount in self.rows), ""]).encode()

    @property
    def accepted(self) -> dict[int, int]:
        return {one: amount for one, amount in self.rows if amount <= MOST}

    @property
    def refused(self) -> list[int]:
        return [place for place, (_, amount) in enumerate(self.rows, 1) if amount > MOST]

    def acceptance(self, corrected: int = 0) -> str:
        """How much of the rows is in the lake, with those that corrections have brought since."""
        if not self.accepted and not corrected:
            return "nothing_accepted"
        return "many_refused" if len(self.refused) - corrected > 0.2 * len(self.rows) else "ok"


DELIVERIES = (
    Content("good.csv", "id,amount", ((10, 1), (11, 2))),
    Content("mixed.csv", "id,amount", ((20, 1), (21, 99), (22, 3), (23, 98))),
    Content("bad.csv", "id,amount", ((30, 77),)),
    Content("foreign.csv", FOREIGN, ((40, 1), (41, 99), (42, 3))),
)


@dataclass
class File:
    """A committed file as the model expects it."""

    content: Content
    key: str
    version: str
    sender: str
    state: str = ""  # empty until the gate has begun
    parent: str = ""
    reverted_with: str = ""
    received_at: str = ""


@dataclass
class Sent:
    """An upload of a person: its state, the mapping that was decided, and whether it was checked with this
    mapping.
    """

    path: str
    state: str = "complete"
    mapped: bool = False


@dataclass
class Model:
    """Files and uploads in plain Python."""

    files: dict[str, File] = field(default_factory=dict)
    uploads: dict[tuple[str, Content], Sent] = field(default_factory=dict)
    is_remembered: bool = False

    def owner(self, content: Content) -> str:
        return next(
            (
                one
                for one, file in self.files.items()
                if file.content.body == content.body and file.state == "done"
            ),
            "",
        )

    def chain(self, file_id: str) -> list[str]:
        """The file, its corrections in the order sent, and then theirs."""
        found = [file_id]
        for one in found:
            found += [other for other, file in self.files.items() if file.parent == one]
        return found

    def corrected(self, file_id: str) -> int:
        """How many refused rows a correction has brought in.

        The newest correction of a row counts, but those that were undone. The refused row of a correction
        came in by a newer one of the corrected file, too.
        """
        file = self.files[file_id]
        refused = [file.content.rows[place - 1][0] for place in file.content.refused]
        brought = sum(bool(self._brought_by(file_id, row)) for row in refused)
        again = [self._brought_by(file.parent, row) for row in refused if file.parent]
        return brought or sum(bool(name) and name != file_id for name in again)

    def _brought_by(self, file_id: str, row: int) -> str:
        """The newest correction of a row, by the row's id; empty if the row waits."""
        newest = ""
        for name, one in self.files.items():
            if one.parent == file_id and one.content.rows[0][0] == row and one.state != "reverted":
                newest = name if one.state and one.content.accepted else ""
        return newest

    def needs_mapping(self, content: Content) -> bool:
        return content.header == FOREIGN and not self.is_remembered

    def gate(self, file_id: str) -> None:
        file = self.files[file_id]
        if self.owner(file.content):
            file.state = "skipped_duplicate"
        else:
            file.state = "needs_mapping" if self.needs_mapping(file.content) else "done"

    def revert(self, file_id: str, reverted_with: str = "") -> None:
        file = self.files[file_id]
        was_owner, file.state, file.reverted_with = file.state == "done", "reverted", reverted_with
        skipped = [
            (one.received_at, name)
            for name, one in self._same(file.content)
            if one.state == "skipped_duplicate"
        ]
        if was_owner and skipped:
            self.files[min(skipped)[1]].state = "done"

    def _same(self, content: Content) -> Iterator[tuple[str, File]]:
        return ((name, one) for name, one in self.files.items() if one.content.body == content.body)

    def replay(self, file_id: str) -> None:
        file = self.files[file_id]
        if not self.owner(file.content) and not self.needs_mapping(file.content):
            file.state = "done"

    def table(self) -> dict[int, int]:
        """The rows of accepted files; of two rows with an id the one whose content came later."""

        def came_at(content: Content) -> str:
            return min(
                one.received_at
                for _, one in self._same(content)
                if one.state in {"done", "skipped_duplicate"}
            )

        accepted = sorted((file.content for file in self.files.values() if file.state == "done"), key=came_at)
        return {name: amount for content in accepted for name, amount in content.accepted.items()}


class ConsoleActions(RuleBasedStateMachine):
    """People at one lake."""

    people = st.sampled_from(("ana", "ben", "olga"))
    callers = st.sampled_from((*["the sender"] * 6, "ana", "ben", "olga"))  # mostly whoever may
    deliveries = st.sampled_from(DELIVERIES)
    places = st.integers(0, 30)

    def __init__(self) -> None:
        super().__init__()
        curated = {BY.dataset: curated_contract(BY)}
        self.lake = MemoryLake(contracts=Registry({BY.dataset: BY}, curated, {}, {}))
        self.model = Model()
        self.catalog = MemoryCatalog()
        self.catalog.create("curated", BY.dataset, "s3://curated/empty/")
        self.curated = curated

    def caller(self, person: str) -> Caller:
        return Caller(self.lake, ("operator" if person == "olga" else "uploader",), person)

    # Uploads

    @rule(person=people, content=deliveries, is_mapped=st.booleans())
    def deliver(self, person: str, content: Content, is_mapped: bool) -> None:
        """The usual way, in one step; else most sequences have no file."""
        self.upload(person, content)
        sent = self.model.uploads[person, content]
        if sent.state != "complete":
            return
        place = [*self.model.uploads].index((person, content))
        self.check(place, person)
        if content.header == FOREIGN and is_mapped:
            self.map_columns(
                [name for name in self.model.uploads if name[1].header == FOREIGN].index((person, content)),
                person,
            )
        self.commit(place, person)
        self.gate(len(self.waiting()) - 1)

    @rule(person=people, content=deliveries)
    def upload(self, person: str, content: Content) -> None:
        caller = self.caller(person)
        begun = begin(caller, content.body, content.name, BY.dataset)
        path, before = f"/v1/uploads/{begun['upload_id']}", self.model.uploads.get((person, content))
        if self.model.owner(content):
            assert begun["state"] == "duplicate"
            self.model.uploads[person, content] = Sent(path, "duplicate")
        elif before and before.state == "complete":
            assert begun["state"] == "complete"
        else:
            assert begun["state"] == "open"
            send_parts(caller, begun["upload_id"], content.body)
            assert caller.call("POST", f"{path}/complete").json["state"] == "complete"
            self.model.uploads[person, content] = Sent(path)

    @precondition(lambda self: self.model.uploads)
    @rule(place=places, person=callers)
    def check(self, place: int, person: str) -> None:
        (sender, content), sent = self.pick(self.model.uploads, place)
        person = self.resolved(person, sender)
        answer = self.caller(person).call("POST", f"{sent.path}/dry-run")
        if self.is_refused(answer, person, sender, sent.state == "complete"):
            return
        found = answer.json
        # A check stays what it was when it ran: a mapping that others decided later is used by the gate.
        if found["outcome"] == "needs_mapping":
            assert content.header == FOREIGN
            return
        assert not self.model.needs_mapping(content) or sent.mapped
        counts = (len(content.rows), len(content.accepted), len(content.refused), content.acceptance())
        assert (found["received"], found["accepted"], found["quarantined"], found["acceptance"]) == counts

    @precondition(lambda self: any(content.header == FOREIGN for _, content in self.model.uploads))
    @rule(place=places, person=callers)
    def map_columns(self, place: int, person: str) -> None:
        foreign = {name: sent for name, sent in self.model.uploads.items() if name[1].header == FOREIGN}
        (sender, content), sent = self.pick(foreign, place)
        person = self.resolved(person, sender)
        caller = self.caller(person)
        asked = caller.call("GET", f"{sent.path}/dry-run")
        # Fields that are remembered for the header are shown with a check, too, but nobody is asked for them.
        is_asked = sent.mapped or (asked.status == 200 and asked.json["outcome"] == "needs_mapping")
        answer = caller.call("PUT", f"{sent.path}/mapping", {"columns": FIELDS})
        if self.is_refused(answer, person, sender, sent.state == "complete" and is_asked):
            return
        sent.mapped = True
        assert (answer.json["outcome"], answer.json["accepted"]) == ("done", len(content.accepted))

    @precondition(lambda self: self.model.uploads)
    @rule(place=places, person=callers)
    def commit(self, place: int, person: str) -> None:
        (sender, content), sent = self.pick(self.model.uploads, place)
        person = self.resolved(person, sender)
        answer = self.caller(person).call("POST", f"{sent.path}/commit")
        if self.is_refused(answer, person, sender, sent.state in {"complete", "committed"}):
            return
        self.model.is_remembered |= sent.mapped and sent.state == "complete"
        if sent.state == "complete":
            self.sent(
                answer.json["file_id"], content, answer.json["key"], sender
            )  # also if an operator commits it
        assert answer.json["file_id"] in self.model.files
        sent.state = "committed"

    @precondition(lambda self: self.model.uploads)
    @rule(place=places, person=callers)
    def abort(self, place: int, person: str) -> None:
        (sender, _), sent = self.pick(self.model.uploads, place)
        person = self.resolved(person, sender)
        answer = self.caller(person).call("DELETE", sent.path)
        if not self.is_refused(answer, person, sender, sent.state != "committed"):
            sent.state = "aborted"

    # Files

    @precondition(lambda self: self.waiting())
    @rule()
    def gate_everything(self) -> None:
        while self.waiting():
            self.gate(0)

    @precondition(lambda self: self.waiting())
    @rule(place=places)
    def gate(self, place: int) -> None:
        file_id, file = self.pick(self.waiting(), place)
        record = processor(*self.lake.gate).process(ObjectRef("raw", file.key, file.version))
        assert record.file_id == file_id
        file.received_at = record.received_at
        self.model.gate(file_id)

    @precondition(lambda self: any(file.state == "needs_mapping" for file in self.model.files.values()))
    @rule(place=places, person=people)
    def map_file(self, place: int, person: str) -> None:
        """Map a file in raw: the counts of its check are those of the rows, and a new version is sent."""
        file_id, file = self.pick(
            {name: one for name, one in self.model.files.items() if one.state == "needs_mapping"}, place
        )
        caller, content = self.caller(person), file.content
        opened = caller.call("POST", f"/v1/files/{file_id}/edit")
        if self.lake.ledger.get(file_id).closed_by:
            assert opened.status == 409 or opened.json["state"] == "committed"
            return
        if opened.json["state"] == "committed":  # a newer version is not merged yet
            return
        path = f"/v1/uploads/{opened.json['upload_id']}"
        caller.call("POST", f"{path}/dry-run")
        suggested = caller.call("GET", f"{path}/dry-run").json["mapping"]["columns"]
        columns = {one["column"]: one["field"] for one in suggested} | FIELDS
        checked = caller.call("PUT", f"{path}/edits", {"columns": columns}).json
        counts = (len(content.rows), len(content.accepted), len(content.refused), content.acceptance())
        assert (
            checked["received"],
            checked["accepted"],
            checked["quarantined"],
            checked["acceptance"],
        ) == counts
        etag = caller.call("GET", f"{path}/dry-run").headers["ETag"]
        accepted = caller.call("POST", f"{path}/commit", If_Match=etag)
        assert accepted.status == 202, accepted.text
        self.model.is_remembered = True
        self.sent(accepted.json["file_id"], content, file.key, person)

    @precondition(lambda self: self.model.files)
    @rule(place=places, person=callers, amount=st.sampled_from((5, 7, 99)), row=places)
    def correct(self, place: int, person: str, amount: int, row: int) -> None:
        """Send a corrected row; mostly the gate checks it before anybody does something else."""
        files = self.model.files
        file_id, file = self.pick(
            {name: one for name, one in files.items() if one.state == "done" and one.content.refused}
            or files,
            place,
        )
        person, refused = self.resolved(person, file.sender), file.content.refused
        source_row = refused[row % len(refused)] if refused else 1
        rows = [{"source_row": source_row, "values": {"amount": str(amount)}}]
        answer = self.caller(person).call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows})
        if not file.state:
            assert answer.status == 404
        elif file.state != "done" or not refused:
            assert answer.status == 409, answer.text
        else:
            assert answer.status == 202, answer.text
            content = Content("", "id,amount", ((file.content.rows[source_row - 1][0], amount),))
            sent_id = answer.json["file_id"]
            if sent_id in files:
                files[sent_id] = files.pop(sent_id)  # what is sent again is the newest
            else:
                self.sent(sent_id, content, answer.json["key"], person, file_id)
            if place % 4:
                self.gate_everything()

    @precondition(lambda self: self.model.files)
    @rule(place=places, person=callers)
    def undo(self, place: int, person: str) -> None:
        files = self.model.files
        corrected = {
            name: one
            for name, one in files.items()
            if one.state != "reverted" and len(self.model.chain(name)) > 1
        }
        file_id, file = self.pick((place % 3 and corrected) or files, place)
        person = self.resolved(person, file.sender)
        chain = self.model.chain(file_id)
        preview = self.caller(person).call("GET", f"/v1/files/{file_id}/revert")
        answer = self.caller(person).call("POST", f"/v1/files/{file_id}/revert")
        if not file.state:
            assert (preview.status, answer.status) == (404, 404)
            return
        pending = any(not self.model.files[one].state for one in chain)
        if self.is_refused(answer, person, file.sender, file.state != "reverted" and not pending):
            assert preview.json["reason"]
            return
        expected = [one for one in chain if one == file_id or self.model.files[one].state != "reverted"]
        assert sorted(file["file_id"] for file in preview.json["files"]) == sorted(chain)
        assert sorted(file["file_id"] for file in answer.json["files"]) == sorted(expected)
        gone = [
            len(self.model.files[one].content.accepted)
            for one in expected
            if self.model.files[one].state == "done"
        ]
        assert (preview.json["accepted"], answer.json["accepted"], preview.json["may_revert"]) == (
            sum(gone),
            sum(gone),
            True,
        )
        shown = [str(file["file_id"]) for file in answer.json["files"]]
        for one in reversed(shown[1:]):
            self.model.revert(one, file_id)
        self.model.revert(file_id)

    @precondition(lambda self: self.model.files)
    @rule(place=places, person=callers)
    def redo(self, place: int, person: str) -> None:
        file_id, file = self.pick(
            {name: one for name, one in self.model.files.items() if one.state == "reverted"}
            or self.model.files,
            place,
        )
        person = self.resolved(person, file.sender)
        answer = self.caller(person).call("DELETE", f"/v1/files/{file_id}/revert")
        if not file.state:
            assert answer.status == 404
            return
        is_acceptable = not self.model.owner(file.content) and not self.model.needs_mapping(file.content)
        if not self.is_refused(answer, person, file.sender, file.state == "reverted" and is_acceptable):
            for one in reversed(self.model.chain(file_id)[1:]):
                if (
                    self.model.files[one].state == "reverted"
                    and self.model.files[one].reverted_with == file_id
                ):
                    self.model.replay(one)
            self.model.replay(file_id)

    @precondition(
        lambda self: any(
            file.state in {"done", "needs_mapping", "reverted"} for file in self.model.files.values()
        )
    )
    @rule(place=places)
    def replay(self, place: int) -> None:
        states = {"done", "needs_mapping", "reverted"}
        file_id, _ = self.pick(
            {name: one for name, one in self.model.files.items() if one.state in states}, place
        )
        Replayer(*self.lake.gate).replay(file_id)
        self.model.replay(file_id)

    # The page, the ledger and the table

    @invariant()
    def the_answers_equal_the_ledger_and_the_model(self) -> None:
        records = {record.file_id: record for record in self.lake.ledger.records()}
        began = {name: one for name, one in self.model.files.items() if one.state}
        assert {name: str(one.state) for name, one in records.items()} == {
            name: one.state for name, one in began.items()
        }
        listed = {
            file["file_id"]: file
            for file in self.caller("ana").call("GET", "/v1/files?limit=500").json["files"]
        }
        assert listed.keys() == records.keys()
        for name, one in began.items():
            content, is_done = one.content, one.state == "done"
            counts = (
                (len(content.rows), len(content.accepted), len(content.refused)) if is_done else (0, 0, 0)
            )
            shown, record = listed[name], records[name]
            assert (shown["received"], shown["accepted"], shown["quarantined"]) == counts
            assert (record.received, record.accepted, record.quarantined) == counts
            assert shown["corrected"] == (self.model.corrected(name) if is_done else 0)
            assert (shown["state"], shown["acceptance"]) == (
                one.state,
                content.acceptance(shown["corrected"]) if is_done else None,
            )
        for (_, content), sent in self.model.uploads.items():
            assert self.caller("olga").call("GET", sent.path).json[
                "state"
            ] in {  # a check is not kept in the model
                sent.state,
                *({"checked"} if sent.state == "complete" else ()),
            }
            assert not (
                sent.state == "aborted"
                and self.lake.objects.contents("staging").get(f"{sent.path[4:]}/content")
            ), content

    @precondition(lambda self: self.model.files)
    @rule()
    def query(self) -> None:
        """The merged table has the rows of the model, whatever was merged before."""
        if (
            self.model.table()
            or self.catalog.current("curated", BY.dataset).location != "s3://curated/empty/"
        ):
            assert self.merged() == self.model.table()

    def teardown(self) -> None:
        self.query()

    def merged(self) -> dict[int, int]:
        with TemporaryDirectory() as folder:
            ports = (self.lake.objects, self.catalog, self.curated, "curated", "curated", Path(folder), audit)
            Merging(
                *ports, last_arrivals=lambda: last_arrivals(self.lake.ledger.records()), memory=MEMORY
            ).merge()
        prefix = self.catalog.current("curated", BY.dataset).location.removeprefix("s3://curated/")
        rows = pq.read_table(
            pa.BufferReader(self.lake.objects.read(ObjectRef("curated", keys.part(prefix))))
        ).to_pylist()
        return {row["id"]: row["amount"] for row in rows}

    def waiting(self) -> dict[str, File]:
        return {name: one for name, one in self.model.files.items() if not one.state}

    def sent(self, file_id: str, content: Content, key: str, sender: str, parent: str = "") -> None:
        newest = self.lake.objects.info(ObjectRef("raw", key)).ref
        assert keys.file_id(newest.bucket, newest.key, newest.version_id) == file_id
        self.model.files[file_id] = File(content, key, newest.version_id, sender, parent=parent)

    def is_refused(self, answer: Answer, person: str, sender: str, is_possible: bool) -> bool:
        """Check the status: 403 for a stranger, 409 for a step that does not fit.

        Return whether the step was refused.
        """
        if person not in {sender, "olga"}:
            assert answer.status == 403, answer.text
            return True
        assert (answer.status < 300) == is_possible, answer.text
        assert is_possible or answer.status == 409, answer.text
        return not is_possible

    @staticmethod
    def resolved(person: str, sender: str) -> str:
        return sender if person == "the sender" else person

    @staticmethod
    def pick(among: Mapping[Any, Any], place: int) -> tuple[Any, Any]:
        return list(among.items())[place % len(among)]


ConsoleActions.TestCase.settings = settings(examples(8), stateful_step_count=30)
TestConsoleActions = ConsoleActions.TestCase
