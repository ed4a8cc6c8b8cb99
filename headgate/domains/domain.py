"""The record of a domain, with all that one kind of business adds to a lake.

docs/adr/0115-a-domain-is-one-object.md has the reasons.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast


@dataclass(frozen=True)
class System:
    """A system: it builds the prod tables whose contracts name it.

    Attributes:
        name: as its contracts, bucket and job have it.
        module: builds the tables, by its dotted name. It states READS, and where it has them MAY_READ,
            OPTIONS, LEARNS, EXPORTS and ARCHIVES. Only jobs import it, because models are slow to load.
    """

    name: str
    module: str


@dataclass(frozen=True)
class LabelQueue:
    """A work queue whose decisions are labels of a dataset's rows. Its items are the keys of these rows.

    Any action that neither list names closes an item and is no label.

    Attributes:
        queue: its name, as dashboards and decisions have it.
        positive, negative: the actions that give the row the label true or false.
    """

    queue: str
    dataset: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]

    def label_of(self, action: str) -> bool | None:
        """Return the label that an action gives; None if it gives none."""
        if action in self.positive:
            return True
        return False if action in self.negative else None


@dataclass(frozen=True)
class Command:
    """A command of `headgate`: click's function as `module:function`, and its line in `headgate --help`."""

    name: str
    function: str
    line: str


@dataclass(frozen=True)
class Domain:
    """A domain of this package, of an installed package, or of the lake project.

    Its package or folder has `contracts/source`, `contracts/prod`, `dashboards` with their alerts,
    `model_cards`, `measured.toml` with the costs of its systems, and `requirements.txt` with their additional
    packages, by hash.

    Attributes:
        name: as in `domains` of headgate.toml.
        package: the dotted name of its package, whose import is fast.
        folder: the lake project's folder, instead of a package.
        questions: the module with saved questions: QUESTIONS by name, and QUALITY and ANSWERS by system.
        card_figures: the module with FIGURES: the function per quality table that computes a model card's
            figures and calibration.
        currency: ISO 4217 code of its amounts, unless headgate.toml has another one.
        words: words of the domain, which the engine must not contain.
        routes: the module with the `routes` of its scorers in the API.
        route_tables: the prod tables that these routes read.
    """

    name: str
    package: str = ""
    folder: Path | None = None
    systems: tuple[System, ...] = ()
    questions: str = ""
    routes: str = ""
    route_tables: tuple[str, ...] = ()
    card_figures: str = ""
    commands: tuple[Command, ...] = ()
    currency: str = ""
    words: tuple[str, ...] = ()

    def part(self, path: str) -> Path:
        """Return a file or folder of the domain.

        In an archive that nobody unpacked it is a `zipfile.Path`, with the methods used here.
        """
        return (self.folder or cast("Path", files(self.package))) / path
