"""Generate the GraphQL schema of the models from their contracts.

Input values are text, as in a file, so that the gate's rules check them, and not GraphQL's own types.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Kind
from headgate.onboarding.resolve_field import READERS, WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.contracts.model import Column
    from headgate.onboarding.record_models import RecordModel

# Decimals and 64-bit numbers are text: GraphQL has no exact type for them.
_OUTPUTS = {
    Kind.BOOLEAN: "Boolean",
    Kind.SMALLINT: "Int",
    Kind.INTEGER: "Int",
    Kind.DOUBLE: "Float",
}  # decimals and 64-bit numbers are text
# Programs call with the API key or sign with IAM; people come with a token of the user pool, and their groups
# decide.
_PROGRAMS = "@aws_api_key @aws_iam"
_AUTH = f"{_PROGRAMS} @aws_cognito_user_pools"
_SHARED = f"""type RowOutcome {_AUTH} {{
  "Number of the row in the batch, from 1"
  row: Int!
  "created, present or failed"
  state: String!
  id: ID
  rule: String
  column: String
  reason: String
}}

type BatchOutcome {_AUTH} {{
  total: Int!
  successful: Int!
  failed: Int!
  rows: [RowOutcome!]!
}}
"""


def field_names(models: Mapping[str, RecordModel]) -> list[tuple[str, str]]:
    """Return type and name of every field that needs a resolver."""
    return [
        pair
        for name in models
        for pair in (
            ("Query", f"get{name}"),
            ("Query", f"list{name}s"),
            ("Mutation", f"create{name}"),
            ("Mutation", f"create{name}s"),
            ("Mutation", f"update{name}"),
        )
    ]


def graphql_schema(models: Mapping[str, RecordModel]) -> str:
    """Return the schema's text; the same contracts give the same text."""
    queries, mutations = [], []
    for name in models:
        queries += [
            f"  get{name}(id: ID!): {name}",
            f"  list{name}s(limit: Int, cursor: String): {name}Page!",
        ]
        mutations += [
            f"  create{name}(input: {name}Input!): {name}!",
            f"  create{name}s(inputs: [{name}Input!]!): BatchOutcome!",
            f"  update{name}(id: ID!, input: {name}Changes!): {name}!",
        ]
    parts = [_SHARED, *("\n".join(_model(model)) for model in models.values())]
    roots = [
        f"type Query {_for(READERS)} {{",
        *queries,
        "}",
        "",
        f"type Mutation {_for(WRITERS)} {{",
        *mutations,
        "}",
        "",
        _ROOT,
    ]
    return "\n".join([*parts, *roots])


def _for(groups: Sequence[str]) -> str:
    return f"{_PROGRAMS} @aws_cognito_user_pools(cognito_groups: [{', '.join(map(json.dumps, groups))}])"


_ROOT = """schema {
  query: Query
  mutation: Mutation
}
"""


def _model(model: RecordModel) -> Iterator[str]:
    contract, lake = model.contract, curated_contract(model.contract)
    stored = [column for column in lake.columns if not column.name.startswith("_")]
    yield from _block(
        f"type {model.name} {_AUTH}",
        stored,
        lambda column: _OUTPUTS.get(column.type.kind, "String"),
        model,
        required=True,
    )
    sent = [replace(column, required=column.must_be_sent) for column in contract.columns]
    yield from _block(f"input {model.name}Input", sent, lambda _: "String", model, required=True)
    changed = [column for column in contract.columns if column.name != model.key]
    yield from _block(f"input {model.name}Changes", changed, lambda _: "String", model, required=False)
    yield from [
        f"type {model.name}Page {_AUTH} {{",
        f"  records: [{model.name}!]!",
        "  cursor: String",
        "}",
        "",
    ]


def _block(
    head: str, columns: Iterable[Column], type_of: object, model: RecordModel, *, required: bool
) -> Iterator[str]:
    yield f"{head} {{"
    for column in columns:
        kind = "ID" if column.name == model.key else type_of(column)  # type: ignore[operator]
        if column.description:
            yield f'  "{column.description}"'
        yield f"  {column.name}: {kind}{'!' * (required and column.required)}"
    yield from ["}", ""]
