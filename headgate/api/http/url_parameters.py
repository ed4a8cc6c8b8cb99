"""Parameters that several routes share."""

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from headgate.api import lake_ports
from headgate.api.http import access

Lake = Annotated[lake_ports.LakePorts, Depends(lake_ports.lake)]
Caller = Annotated[access.CallerIdentity, Depends(access.caller)]

Cursor = Annotated[
    str,
    Query(max_length=4_000, pattern="^[A-Za-z0-9_-]*$", description="`next_cursor` of the previous page."),
]
Limit = Annotated[int, Query(ge=1, le=500, description="Largest number of entries.")]
IfMatch = Annotated[
    str, Header(alias="If-Match", max_length=1_000, description="ETag of the state that the caller edits.")
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        description="Requests with the same key take effect once. Use a random UUID for each action.",
    ),
]

Name = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,100}$")]
FileId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of one version of one file.")]
AnnotationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of a note on a day.")]
UploadId = Annotated[
    str, Path(pattern="^(file-)?[0-9a-f]{32}$", description="Id of an upload or of an opened raw file.")
]
BoardName = Annotated[
    str, Path(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="Name of a dashboard.")
]
BoardVersion = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="Id of a version of the written dashboards.")
]
QueryId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,64}$", description="Id of a query.")]
