"""Resolve the fields of the GraphQL API of records."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate.aws.log_redaction import redact_logs
from headgate.onboarding.resolve_field import resolve_field
from headgate.wiring import api

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="records")
redact_logs(logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401, ARG001 JSON; Lambda passes the context
    """Return the field's value; a raised error becomes an error of the field in the answer."""
    return resolve_field(event, api.onboarding(os.environ), api.models_by_name())
