"""Find leftovers of a destroyed lake in an account, from the lists of AWS instead of Terraform's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

LOG_GROUP = "log group"
_IDENTITIES = ("name", "bucket", "function_name", "layer_name", "alarm_name", "arn", "url", "id")
_NOT_THERE = {"NotImplemented", "UnknownOperationException", "InvalidAction"}
# For each kind: the service, its paginated call, and the place of the names in its pages.
_LISTINGS: Mapping[str, tuple[str, str, str, str]] = {
    "bucket": ("s3", "list_buckets", "Buckets", "Name"),
    "table": ("dynamodb", "list_tables", "TableNames", ""),
    "function": ("lambda", "list_functions", "Functions", "FunctionName"),
    "layer": ("lambda", "list_layers", "Layers", "LayerName"),
    "queue": ("sqs", "list_queues", "QueueUrls", ""),
    "topic": ("sns", "list_topics", "Topics", "TopicArn"),
    "role": ("iam", "list_roles", "Roles", "RoleName"),
    "secret": ("secretsmanager", "list_secrets", "SecretList", "Name"),
    "state machine": ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "job": ("glue", "get_jobs", "Jobs", "Name"),
    "crawler": ("glue", "get_crawlers", "Crawlers", "Name"),
    "database": ("glue", "get_databases", "DatabaseList", "Name"),
    LOG_GROUP: ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "schedule": ("scheduler", "list_schedules", "Schedules", "Name"),
    "key alias": ("kms", "list_aliases", "Aliases", "AliasName"),
}


def leftovers(client: Callable[[str], Any], names: Collection[str]) -> list[str]:
    """Return the remaining resources with one of the names, as `kind: name`.

    Args:
        client: creates a boto3 client of a service.
        names: names, ARNs and URLs of the lake's resources (`names_in_state`).
    """
    return sorted(
        f"{kind}: {name}"
        for kind, (service, call, listed, field) in _LISTINGS.items()
        for name in _names(client(service), call, listed, field)
        if name in names
    )


def names_in_state(state: Mapping[str, Any]) -> set[str]:
    """Return the names, ARNs and URLs of the resources that a Terraform state manages.

    Another lake's parts have none of them.
    """
    attributes = (
        instance["attributes"]
        for resource in state["resources"]
        if resource.get("mode") == "managed"
        for instance in resource.get("instances", [])
    )
    return {str(attribute[name]) for attribute in attributes for name in _IDENTITIES if attribute.get(name)}


def _names(client: Any, call: str, listed: str, field: str) -> Iterator[str]:  # noqa: ANN401 a client made by name
    """Return the names that AWS lists now; an emulator may not support the call."""
    try:
        pages = (
            client.get_paginator(call).paginate() if client.can_paginate(call) else [getattr(client, call)()]
        )
        for page in pages:
            yield from (item[field] if field else item for item in page.get(listed, []))
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
