"""What `monitor receive` does: gathers the secrets, receives until it is stopped."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from monitor import receive
from monitor.errors import ConfigError
from monitor.signing import Secret


async def receive_webhooks(
    host: str,
    port: int,
    *,
    envs: Sequence[str],
    files: Sequence[Path],
    json: bool,
    fail_first: int,
    fail_status: int,
) -> None:
    """Receives until SIGTERM or SIGINT. Says on stderr where it listens."""
    secrets = _secrets(envs, files)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)

    def ready(taken: int) -> None:
        believed = f"{len(secrets)} secret{'s'[: len(secrets) != 1]}" if secrets else "NO SECRET: nothing is verified"
        print(f"receiving on http://{host}:{taken}/ with {believed}", file=sys.stderr, flush=True)

    await receive.serve(
        host,
        port,
        secrets,
        sys.stdout,
        stopping,
        json_lines=json,
        fail_first=fail_first,
        fail_status=fail_status,
        ready=ready,
    )


def _secrets(envs: Sequence[str], files: Sequence[Path]) -> list[Secret]:
    secrets = []
    for name in envs:
        if not os.environ.get(name):
            raise ConfigError(f"--secret-env {name}", "the environment variable is not set")
        secrets.append(_secret(os.environ[name], f"--secret-env {name}"))
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"--secret-file {path}", f"can't be read: {error}") from error
        secrets += [_secret(line, f"--secret-file {path}") for line in lines]
    return secrets


def _secret(text: str, about: str) -> Secret:
    try:
        return Secret.parse(text)
    except ValueError as error:
        raise ConfigError(about, str(error)) from None
