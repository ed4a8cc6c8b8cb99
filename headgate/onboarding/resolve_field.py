"""Answer AppSync's calls of a Lambda resolver.

Source: AWS AppSync developer guide, "Direct Lambda resolvers": the event has `info.fieldName` and
`arguments`; a raised error becomes an error of the field.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headgate.errors import NotFoundError, NotPermittedError
from headgate.onboarding.onboard import Onboarding, count_outcomes, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.onboarding.record_models import RecordModel
    from headgate.onboarding.records import Record

# The groups of people who may call a field. Programs need none, because they use the API key or IAM
# signatures.
READERS = ("viewer", "uploader", "operator")
WRITERS = ("uploader", "operator")


def resolve_field(event: Mapping[str, Any], onboarding: Onboarding, models: Mapping[str, RecordModel]) -> Any:  # noqa: ANN401 JSON
    """Return the value of the requested field.

    Raises:
        HeadgateError: the caller lacks the right, the row broke a rule, or the record does not exist.
    """
    field, arguments = event["info"]["fieldName"], event.get("arguments") or {}
    verb, model, many = _parsed(field, models)
    _check_groups(event.get("identity"), READERS if verb in {"get", "list"} else WRITERS)
    if verb == "get":
        return _get(onboarding, model, arguments["id"])
    if verb == "list":
        page = onboarding.page(model, arguments.get("limit") or 50, arguments.get("cursor") or "")
        return {"records": [_shown(record) for record in page.records], "cursor": page.after or None}
    if verb == "update":
        return _shown(onboarding.update(model, arguments["id"], arguments["input"]))
    if many:
        outcomes = onboarding.create(model, arguments["inputs"])
        counts = count_outcomes(outcomes)
        rows = [
            {name: value if value != "" else None for name, value in asdict(outcome).items()}
            for outcome in outcomes
        ]
        return {"total": counts.total, "successful": counts.successful, "failed": counts.failed, "rows": rows}
    (outcome,) = onboarding.create(model, [arguments["input"]])
    if outcome.state == "failed":
        raise refused(outcome.rule, outcome.column, outcome.reason)
    return _shown(onboarding.get(model, outcome.id))


def _check_groups(identity: Mapping[str, Any] | None, allowed: Sequence[str]) -> None:
    """Check the groups of a person.

    AppSync checks API keys, signatures, and the groups in the schema. Source: AWS AppSync developer guide,
    "Resolver context reference": only user pools have `identity.claims`.
    """
    if not identity or "claims" not in identity:
        return
    groups = identity["claims"].get("cognito:groups") or []
    if not set(groups) & set(allowed):
        raise NotPermittedError(
            f"This needs one of the groups {', '.join(allowed)}. Ask an operator to add you to it."
        )


def _parsed(field: str, models: Mapping[str, RecordModel]) -> tuple[str, RecordModel, bool]:
    """Split a field's name into verb and model, and return whether the model is in the plural."""
    for verb in ("get", "list", "create", "update"):
        name = field.removeprefix(verb)
        if field.startswith(verb) and name in models:
            return verb, models[name], False
        if field.startswith(verb) and name.removesuffix("s") in models:
            return verb, models[name.removesuffix("s")], True
    raise NotFoundError(f"No model has the field {field}. Deploy again after contracts have changed.")


def _get(onboarding: Onboarding, model: RecordModel, record_id: str) -> Any:  # noqa: ANN401 JSON
    try:
        return _shown(onboarding.get(model, record_id))
    except NotFoundError:
        return None


def _shown(record: Record) -> dict[str, Any]:
    return dict(record.values)
