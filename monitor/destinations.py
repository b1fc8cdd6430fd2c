"""From the configuration of a sink to the sink itself, open, and to its lane: how it is tried, and for how long."""

import ssl
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from monitor import backoff, protocols
from monitor.dispatcher import Lane
from monitor.errors import SinkError
from monitor.models import Rate
from monitor.sink_settings import AppriseSettings, LogSinkSettings, SinkSettings, StdoutSettings, WebhookSettings
from monitor.sinks.apprise import AppriseSink
from monitor.sinks.guard import Guard
from monitor.sinks.log import LogSink
from monitor.sinks.rotation import Rotation
from monitor.sinks.stdout import StdoutSink
from monitor.sinks.webhook import Limits, WebhookSink

# A line is one writer's for so long; after that, another may take it. What a killed process had in its hands waits
# for the end of its lease, so none is longer than it must be.
LOCAL_LEASE = timedelta(seconds=5)


def open_sink(settings: SinkSettings, data: Path) -> protocols.Sink:
    """The sink: a log that can't be written, or a library that is not there, ends the start, not the first alert.

    Raises SinkError and ConfigError. To be called inside the running loop.
    """
    if isinstance(settings, LogSinkSettings):
        return _log(settings, data)
    if isinstance(settings, StdoutSettings):
        return StdoutSink(settings.name, sys.stdout.buffer, settings.format)
    if isinstance(settings, AppriseSettings):
        seconds = settings.timeout.total_seconds()
        return AppriseSink(settings.name, settings.address.get_secret_value(), timeout_s=seconds)
    return _webhook(settings)


def receivers(sinks: Iterable[SinkSettings]) -> dict[str, SinkSettings]:
    """Those of the sinks that are elsewhere, by name: what can be tried by sending it something."""
    return {sink.name: sink for sink in sinks if not isinstance(sink, LogSinkSettings | StdoutSettings)}


def lane(sink: protocols.Sink, settings: SinkSettings) -> Lane:
    if isinstance(settings, LogSinkSettings | StdoutSettings):
        return Lane(sink=sink, schedule=backoff.LOG, lease=LOCAL_LEASE, rate=_rate(settings))
    # A lease that ends before the attempt would send the alert twice.
    return Lane(
        sink=sink,
        schedule=backoff.WEBHOOK,
        lease=1.25 * settings.timeout,
        disable_after=settings.disable_after,
        rate=_rate(settings),
        in_flight=settings.in_flight if isinstance(settings, WebhookSettings) else 1,
    )


def _rate(settings: SinkSettings) -> Rate | None:
    """How much the sink is offered; a log gets everything at once."""
    limit = None if isinstance(settings, LogSinkSettings) else settings.rate_limit
    return Rate(deliveries=limit.alerts, per=limit.per) if limit else None


def _log(settings: LogSinkSettings, data: Path) -> LogSink:
    path = data / settings.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(str(path), f"the folder of the alert log can't be made: {error.strerror}") from error
    rotated = None
    if settings.rotate_size is not None or settings.rotate_every is not None:
        rotated = Rotation(size=settings.rotate_size, every=settings.rotate_every, keep=settings.keep)
    return LogSink(settings.name, path, fsync=settings.fsync, rotated=rotated)


def _webhook(settings: WebhookSettings) -> WebhookSink:
    seconds = settings.timeout.total_seconds()
    return WebhookSink(
        settings.name,
        settings.address.get_secret_value(),
        settings.secrets,
        Guard(settings.allow_networks),
        body=settings.body,
        limits=Limits(
            total_s=seconds,
            connect_s=min(settings.connect_timeout.total_seconds(), seconds),
            read_s=min(settings.read_timeout.total_seconds(), seconds),
        ),
        tls=ssl.create_default_context(cafile=settings.tls_ca_file) if settings.tls_ca_file else None,
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
    )
