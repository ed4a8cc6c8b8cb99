from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# `defer_build`: a cold start builds the validators of the shapes that its request needs, and not of all
# routes.


class Shape(BaseModel):
    """Part of a response."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Asked(BaseModel):
    """Body of a request; a property that the API does not know is an error."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")


Moment = Annotated[
    str, Field(description="ISO 8601 in UTC, without a zone.", examples=["2026-01-02T03:04:05"])
]
Day = Annotated[str, Field(description="ISO 8601 date.", examples=["2026-01-02"])]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the content, in lower-case hex.")
]
NextCursor = Annotated[
    str, Field(description="Ask for the next page with this `cursor`; empty on the last page.")
]


class FieldError(Shape):
    """One part of a request that is not valid."""

    where: str = Field(description="Path of the part, for example `body.size_bytes` or `query.limit`.")
    rule: str = Field(description="Name of the rule it breaks, for example `missing` or `string_too_long`.")
    message: str = Field("", description="The field, the rule of its value, and what to send, in words.")


class Problem(Shape):
    """Why a request failed, as RFC 9457 defines it. Sent as `application/problem+json`."""

    type: str = Field(description="Stable name of the problem.", examples=["urn:headgate:problem:not-found"])
    title: str = Field(description="What happened, the same text for every problem of this type.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(
        "", description="What happened here, what was expected, and what to do. It carries no cell's value."
    )
    instance: str = Field("", description="Id of the request, which the log has too.")
    rule: str = Field("", description="Reason code, where a rule of the lake was broken.")
    column: str = ""
    errors: tuple[FieldError, ...] = Field((), description="Which parts of the request are not valid.")
