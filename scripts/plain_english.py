"""Fail where prose has a phrase of docs/plain-english.tsv: documents, docstrings, comments, messages,
Terraform descriptions.

    python scripts/plain_english.py [PATH ...]

Of names only those of tests are checked, because they state rules. `Code` in a document and its fenced blocks
are not checked. Files without a phrase are kept by their content in .plain_english_cache and not read again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PHRASES = ROOT / "docs" / "plain-english.tsv"
SUFFIXES = {".md", ".py", ".tf", ".hcl", ".sh"}
NAMES = {"Makefile"}
# Hashes of files without a phrase, by this script and the list of phrases.
CLEAN_FILES = ROOT / ".plain_english_cache"
# The test of this check quotes phrases that it must find.
EXEMPT = ("tests/unit/docs/test_plain_english.py",)


class Phrase(NamedTuple):
    """A phrase not to use, and its plain form."""

    pattern: re.Pattern[str]
    plain: str


class Finding(NamedTuple):
    """Where a phrase stands, and its plain form."""

    path: str
    line: int
    text: str
    plain: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text!r}; write: {self.plain}"


def phrases(text: str) -> list[Phrase]:
    """Return the phrases of a list with one phrase and its plain form per line."""
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [
        Phrase(re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), plain)
        for pattern, plain in rows
    ]


def findings(path: str, body: str, avoided: Iterable[Phrase]) -> Iterator[Finding]:
    """Yield every phrase in the prose of a file."""
    wanted = any_of(tuple(avoided))
    for line, text in prose(path, body, wanted):
        for phrase in avoided if wanted.search(text) else ():
            for match in phrase.pattern.finditer(text):
                yield Finding(
                    path, line + text[: match.start()].count("\n"), " ".join(match[0].split()), phrase.plain
                )


@cache
def any_of(avoided: tuple[Phrase, ...]) -> re.Pattern[str]:
    """Return a pattern of all phrases together: one search of a text without them is enough."""
    words = "|".join(phrase.pattern.pattern for phrase in avoided) or r"(?!)"
    return re.compile(rf"\b(?:{words})", re.IGNORECASE)  # no phrase begins or ends within a word


def prose(path: str, body: str, wanted: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield the parts of a file that are prose and can have a phrase, each with its first line's number."""
    if path.endswith(".py"):
        yield from _names_of_tests(body)
        if wanted.search(body):  # most modules have none, and to divide one into tokens takes long
            yield from _python_prose(body)
    elif path.endswith(".md"):
        yield 1, _without_code(body)
    else:
        for number, text in enumerate(body.splitlines(), 1):
            yield number, _without_code(" ".join(re.findall(r'#.*|"(?:[^"\\]|\\.)*"', text)))


def _names_of_tests(body: str) -> Iterator[tuple[int, str]]:
    """Yield the rules that names of tests state."""
    for name in re.finditer(r"^ *def (test_\w+)", body, flags=re.MULTILINE):
        yield body.count("\n", 0, name.start()) + 1, name[1].replace("_", " ")


def _python_prose(body: str) -> Iterator[tuple[int, str]]:
    """Yield comments and texts of at least two words."""
    for token in tokenize.generate_tokens(io.StringIO(body).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and re.search(r"\w \w", token.string)
        ):
            yield token.start[0], _without_code(token.string)


def _without_code(text: str) -> str:
    """Return the text with its code blanked, so that line numbers stay."""
    text = re.sub(
        r"^```.*?^```", lambda match: "\n" * match[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL
    )
    text = re.sub(
        r"`[^`\n]*`|\{[^{}\n]*\}|\]\([^)\n]*\)", lambda match: "`" + "_" * (len(match[0]) - 2) + "`", text
    )
    return re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)


def checked_files() -> list[str]:
    """Return the files of the repository that are checked."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = [name for name in listed if Path(name).suffix in SUFFIXES or Path(name).name in NAMES]
    return [name for name in wanted if not name.startswith(EXEMPT) and (ROOT / name).is_file()]


class CleanFiles:
    """Files that had no phrase, by the hash of their name and content."""

    def __init__(self, kept: Path) -> None:
        rules = hashlib.sha256(PHRASES.read_bytes() + Path(__file__).read_bytes()).hexdigest()
        try:
            earlier = json.loads(kept.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # the first run, or one that was stopped while it wrote
            earlier = {}
        self._kept = kept
        self._rules = rules
        self._earlier = frozenset(earlier.get(rules, ()))
        self._clean: set[str] = set()

    def findings(self, path: str, body: str, avoided: Iterable[Phrase]) -> list[Finding]:
        """Return the phrases of a file; without reading it if it had none when its content was the same."""
        address = hashlib.sha256(f"{path}\0{body}".encode()).hexdigest()
        reported = [] if address in self._earlier else list(findings(path, body, avoided))
        if not reported:
            self._clean.add(address)
        return reported

    def keep(self, *, is_whole: bool) -> None:
        """Write the hashes; those of earlier files stay if only some were read."""
        clean = self._clean if is_whole else self._clean | self._earlier
        self._kept.write_text(json.dumps({self._rules: sorted(clean)}), encoding="utf-8")


def main() -> int:
    """Print every finding; 1 if there is one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths", nargs="*", help="files or folders; default: all but those still to be rewritten"
    )
    chosen = parser.parse_args().paths
    avoided = phrases(PHRASES.read_text(encoding="utf-8"))
    names = [name for path in chosen for name in _below(path)] if chosen else checked_files()
    clean = CleanFiles(CLEAN_FILES)
    reported = [
        finding
        for name in names
        for finding in clean.findings(name, (ROOT / name).read_text(encoding="utf-8"), avoided)
    ]
    clean.keep(is_whole=not chosen)
    for finding in reported:
        print(finding)
    print(
        f"plain English: {len(reported)} phrases to replace in {len(names)} files"
        if reported
        else f"plain English: {len(names)} files, none"
    )
    return 1 if reported else 0


def _below(path: str) -> list[str]:
    whole = (ROOT / path).resolve()
    files = [whole] if whole.is_file() else sorted(whole.rglob("*"))
    return [
        str(listed.relative_to(ROOT)) for listed in files if listed.suffix in SUFFIXES or listed.name in NAMES
    ]


if __name__ == "__main__":
    sys.exit(main())
