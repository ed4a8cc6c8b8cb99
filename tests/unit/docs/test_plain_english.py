"""`make check` rejects phrases that have a plain form.

It reads the whole repository, so that no test has to do it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.plain_english import PHRASES, CleanFiles, findings, main, phrases

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

KNOWN = phrases(PHRASES.read_text(encoding="utf-8"))


def found(path: str, body: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.text) for finding in findings(path, body, KNOWN)]


@pytest.mark.parametrize(
    "sentence",
    [
        "A table's name that no contract can have is told, and the draft is there to be mended.",
        "is not UTF-8, and hardly in the Windows-1252 of western languages",
        "its name holds a number that no job may be told",
        "every file that something is kept out of was judged by the contract of today",
        "Let nothing decide which of tied rows is kept, in the place of the key.",
        "The messages went round again.",
        "A file that waits for a mapping was let in anew.",
        "How sure the gate is stands for what it was made of.",
    ],
)
def test_a_sentence_with_a_phrase_of_the_list_is_found(sentence: str) -> None:
    assert found("page.md", sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Make sure that the region is set.",
        "The whole lake is on one screen; a whole number has no point.",
        "The parameters are laid out as an export writes them.",
        "Tell the two apart by their checksum.",
        "The function waits for the emulator.",
        "Hold the lock until the write is done.",
        "`told` and `let_in` are names in code.",
        "```\ntold = kept_out\n```",
    ],
)
def test_a_legitimate_use_is_not_found(sentence: str) -> None:
    assert found("page.md", sentence) == []


def test_python_comments_and_texts_are_checked() -> None:
    body = (
        'told = 1\n# what is told\nx = """One sentence.\n\nIt was let in.\n"""\ny = "told"\nz = f"a '
        'file was kept out of {told}"\n'
    )
    assert found("module.py", body) == [(2, "told"), (5, "let in"), (8, "kept out")]


def test_the_rule_in_a_tests_name_is_checked_and_other_names_are_not() -> None:
    assert found("test_module.py", "\n\ndef test_a_row_is_let_in() -> None:\n    told()\n") == [(3, "let in")]


def test_terraform_descriptions_and_comments_are_checked() -> None:
    assert found("main.tf", 'variable "told" {\n  description = "Whom to tell."\n  # let in\n}\n') == [
        (1, "told"),
        (2, "tell"),
        (3, "let in"),
    ]


@pytest.mark.parametrize(
    ("name", "body"), [("page.md", "It was told."), ("lake.tftest.hcl", 'error_message = "It was told."')]
)
def test_a_finding_names_the_plain_form(
    name: str, body: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(body, encoding="utf-8")
    monkeypatch.setattr("scripts.plain_english.ROOT", tmp_path)
    monkeypatch.setattr("scripts.plain_english.CLEAN_FILES", tmp_path / "clean.json")
    monkeypatch.setattr("sys.argv", ["plain_english.py", "."])
    assert main() == 1
    assert f"{name}:1: 'told'; write: reported" in capsys.readouterr().out


def test_a_clean_file_is_read_again_only_after_an_edit(tmp_path: Path) -> None:
    kept = tmp_path / "clean.json"
    first = CleanFiles(kept)
    assert first.findings("page.md", "It was reported.", KNOWN) == []
    assert first.findings("other.md", "It was told.", KNOWN)
    first.keep(is_whole=True)
    second = CleanFiles(kept)
    assert second.findings("page.md", "It was reported.", phrases("reported\tstated")) == []
    assert second.findings("page.md", "It was told.", KNOWN)
    assert second.findings("other.md", "It was told.", KNOWN)


def test_an_interrupted_cache_of_clean_files_is_no_error(tmp_path: Path) -> None:
    kept = tmp_path / "clean.json"
    kept.write_text('{"half', encoding="utf-8")
    assert CleanFiles(kept).findings("page.md", "It was told.", KNOWN)


def test_every_phrase_has_a_plain_form() -> None:
    assert all(phrase.plain for phrase in KNOWN)
    assert len(KNOWN) > 30
