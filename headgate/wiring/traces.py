"""Traces of a function, sent to the collector that the environment names."""

from collections.abc import Mapping

from headgate.aws.traces import NoTraces, Traces
from headgate.settings import TracesSettings


def traces_of(env: Mapping[str, str], service: str) -> Traces:
    """Return the traces of a service, such as `headgate-api`."""
    url = TracesSettings.from_env(env).traces_url
    if not url:
        return NoTraces()
    from headgate.aws.sent_traces import SentTraces, exporter_to

    return SentTraces.of(service, exporter_to(url))
