"""The rights of the API's functions to read the artifacts bucket, as Terraform's files state them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import ServiceError

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef

TERRAFORM = Path(__file__).resolve().parents[3] / "terraform"
_WORDS = {"${local.current_definitions}": "definitions/current.json", "${local.deployment_id}": "*"}
_ARTIFACTS = '${module.bucket["artifacts"].arn}/'
_NAME = re.compile(r'"([^"$]+)"')
_STATEMENT = re.compile(r"\n  (?:dynamic \"statement\"|statement) \{\n(.*?)\n  \}", re.DOTALL)
# The role of the lake is left out: it reads almost every folder.
_DOCUMENTS = {
    "queries": "api_queries",
    "predictions": "api_predictions",
    "revert": "api_revert",
    "tables": "api_tables",
}


def granted_reads(method: str, path: str) -> frozenset[str] | None:
    """Return the patterns of keys that the function behind a route may read; None for that of the lake."""
    name = _DOCUMENTS.get(function_of(method, path))
    return _reads(name) if name else None


def function_of(method: str, path: str) -> str:
    """Return the function that API Gateway asks: that of the most specific route."""
    if re.fullmatch(r"/v1/datasets/[^/]+/removal", path) and method in {"POST", "DELETE"}:
        return "revert"
    if re.match(r"/v1/systems/[^/]+/", path):
        return "tables"
    matching = [route for route in _routes() if re.fullmatch(_pattern(route), path)]
    return _routes()[max(matching, key=lambda route: ("{proxy+}" not in route, len(route)))]


@cache
def _routes() -> dict[str, str]:
    return dict(re.findall(r'\n\s+"(/v1/[^"$]+)"\s*=\s*"(\w+)"', _text()))


def _pattern(route: str) -> str:
    parts = (
        "(.+)" if part == "{proxy+}" else "[^/]+" if part[:1] == "{" else part for part in route.split("/")
    )
    return "/".join(parts)


@cache
def _text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(TERRAFORM.glob("*.tf")))


@cache
def _reads(document: str) -> frozenset[str]:
    """Return the patterns of a policy document and of those that it includes."""
    (_, _, behind) = _text().partition(f'data "aws_iam_policy_document" "{document}" {{')
    body = behind.partition("\n}\n")[0]
    included = re.search(r"source_policy_documents = \[([^]]*)\]", body)
    reads = set[str]()
    for other in re.findall(r"policy_document\.(\w+)", included[1]) if included else ():
        reads |= _reads(other)
    for statement in _STATEMENT.findall(body):
        if '"s3:GetObject"' in statement and _ARTIFACTS in statement:
            reads |= _keys(statement.partition("resources")[2])
    return frozenset(reads)


def _keys(resources: str) -> set[str]:
    """Return the keys of resources: each is stated, or a folder or object that a list names."""
    for word, key in _WORDS.items():
        resources = resources.replace(word, key)
    keys = set[str]()
    for names, form in re.findall(
        r"for \w+ in (\[[^]]*\]) : \"" + re.escape(_ARTIFACTS) + r'([^"]*)"', resources
    ):
        keys |= {re.sub(r"\$\{\w+\}", name, form) for name in _NAME.findall(names)}
    full_keys = re.findall('"' + re.escape(_ARTIFACTS) + r'([^"$]*)"', resources)
    return keys | {*full_keys}


@dataclass
class GrantedObjects(MemoryObjects):
    """Objects in memory that refuse what the role of the function that reads them may not, as S3 does."""

    granted: frozenset[str] | None = None

    def _found(self, ref: ObjectRef) -> Any:  # noqa: ANN401 as its base has it
        patterns = self.granted if ref.bucket == "artifacts" else None
        if patterns is not None and not any(fnmatchcase(ref.key, pattern) for pattern in patterns):
            raise ServiceError(f"read s3://{ref.bucket}/{ref.key}: AccessDenied on GetObject")
        return super()._found(ref)
