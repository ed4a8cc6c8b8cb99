from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# `defer_build`: a cold start builds only the validators that its request needs.


class Shape(BaseModel):
    """Part of a response."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Asked(BaseModel):
    """Body of a request, without unknown properties."""

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
    """An invalid part of a request."""

    where: str = Field(description="Path of the part, for example `body.size_bytes` or `query.limit`.")
    rule: str = Field(description="Name of the rule it breaks, for example `missing` or `string_too_long`.")
    message: str = Field("", description="The field, its rule, and what to send.")


class Problem(Shape):
    """The reason of a failure by RFC 9457, sent as `application/problem+json`."""

    type: str = Field(description="Stable name of the problem.", examples=["urn:headgate:problem:not-found"])
    title: str = Field(description="What happened, the same for all problems of this type.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(
        "", description="What happened, what was expected, and what to do, never a cell's value."
    )
    instance: str = Field("", description="Id of the request, also in the log.")
    rule: str = Field("", description="Reason code, if a rule of the lake was broken.")
    column: str = ""
    errors: tuple[FieldError, ...] = Field((), description="The invalid parts of the request.")
