"""OpenTelemetry traces of the gate and the API.

Spans have names, counts and states, and no text of files, requests or errors.

Sources: OpenTelemetry, "Semantic conventions" (http, rpc, error); AWS SDK for Python, "Extensibility guide".
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.aws.traces import Fact

TIMEOUT_S = 2.0  # for the collector, after the function's work
NAMES = frozenset(
    {
        "error.type",
        "headgate.dataset",
        "headgate.file_id",
        "headgate.rows_accepted",
        "headgate.rows_duplicate",
        "headgate.rows_quarantined",
        "headgate.rows_received",
        "headgate.state",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "rpc.method",
        "rpc.service",
        "rpc.system",
    }
)
_SERVER_ERROR = 500
_STATUS = "http.response.status_code"
_SPAN = "headgate_span"  # key in botocore's context of a call


def exporter_to(url: str) -> SpanExporter:
    """Return the exporter to a collector's OTLP endpoint over HTTP."""
    return OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=TIMEOUT_S)


@dataclass(frozen=True)
class SentTraces:
    """Traces that are sent when their root span ends, because Lambda then freezes the process."""

    provider: TracerProvider

    @classmethod
    def of(cls, service: str, exporter: SpanExporter) -> SentTraces:
        """Return the traces of a function, with a span for each of its AWS calls from now on."""
        provider = TracerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        traces = cls(provider)
        traces._follow_calls_of_aws()
        return traces

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact]) -> Iterator[Callable[[Mapping[str, Fact]], None]]:
        """Record the block as a span; the block may add attributes. Only the class of an error is kept."""
        is_first = not trace.get_current_span().is_recording()
        span = self._tracer.start_span(redact_text(name), attributes=_safe(facts))
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield lambda more: _note(span, more)
        except BaseException as error:
            _note(span, {"error.type": type(error).__name__})
            raise
        finally:
            span.end()
            if is_first:
                self.provider.force_flush(int(TIMEOUT_S * 1000))

    @property
    def _tracer(self) -> trace.Tracer:
        return self.provider.get_tracer("headgate")

    def _follow_calls_of_aws(self) -> None:
        """Record each call of boto3 clients that are created from now on."""
        boto3.setup_default_session()
        events = boto3.DEFAULT_SESSION.events  # type: ignore[union-attr] # the line above made it
        events.register("before-call", self._begin_call)
        events.register("after-call", _end_call)
        events.register("after-call-error", _end_call)

    def _begin_call(self, model: Any, context: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 botocore has no types
        if not trace.get_current_span().is_recording():
            return  # a call in another thread, or in a cold start
        service, operation = str(model.service_model.service_name), str(model.name)
        facts = {"rpc.system": "aws-api", "rpc.service": service, "rpc.method": operation}
        context[_SPAN] = self._tracer.start_span(f"{service}.{operation}", attributes=_safe(facts))


def _end_call(
    context: dict[str, Any],
    http_response: Any = None,  # noqa: ANN401 botocore has no types
    exception: BaseException | None = None,
    **_: Any,  # noqa: ANN401 as above
) -> None:
    span = context.pop(_SPAN, None)
    if span is None:
        return
    if http_response is not None:
        _note(span, {_STATUS: int(http_response.status_code)})
    if exception is not None:
        _note(span, {"error.type": type(exception).__name__})
    span.end()


def _note(span: trace.Span, facts: Mapping[str, Fact]) -> None:
    span.set_attributes(_safe(facts))
    if "error.type" in facts or int(facts.get(_STATUS, 0)) >= _SERVER_ERROR:
        span.set_status(trace.StatusCode.ERROR)


def _safe(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the attributes, with texts without card and social security numbers."""
    if unlisted := sorted(facts.keys() - NAMES):
        raise ValueError(f"no fact of a span: {', '.join(unlisted)}")
    return {name: redact_text(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
