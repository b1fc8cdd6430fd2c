"""The arrows of the layout point one way: what each room may import, of ours and of others'."""

import ast
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# Whoever composes: these may know everybody.
COMPOSERS = {"app", "destinations", "retention", "__main__", "cli"}
VALUES = {"models", "errors", "protocols"}
# Small helpers without knowledge of ours.
TOOLS = {"timing", "durations", "marked", "display", "logs", "signing"}
# What each room may import of ours, beside itself.
MAY_IMPORT = {
    "models": set(),
    "errors": set(),
    "protocols": {"models"},
    "setting_types": TOOLS,
    "sink_settings": TOOLS | {"setting_types"},
    "settings": VALUES | TOOLS | {"setting_types", "sink_settings", "routing"},
    "extract": VALUES | {"marked"},
    "match": VALUES | {"disputes"},
    "disputes": VALUES,
    "filing": VALUES,
    "alerting": VALUES,
    "backoff": VALUES,
    "routing": VALUES | {"durations"},
    "pipeline": VALUES | {"alerting", "filing", "routing"} | TOOLS,
    "worker": VALUES | TOOLS,
    "poller": VALUES | TOOLS,
    "dispatcher": VALUES | {"alerting", "backoff"} | TOOLS,
    "store": VALUES | TOOLS,
    "sources": VALUES | TOOLS,
    "sinks": VALUES | TOOLS,
    "views": VALUES,
    "operations": VALUES | {"alerting", "views"} | TOOLS,
    "web": VALUES | {"operations", "views"} | TOOLS,
}
# Libraries that one room alone knows.
ONLY_IN = {
    "apscheduler": {"poller"},
    "redis": {"store"},
    "spacy": {"extract"},
    "prometheus_client": {"web"},
    "rich": {"__main__", "cli", "receive"},
    "typer": {"__main__", "cli"},
}


def room(path: Path) -> str:
    """The first folder or file below the package: `store/lua.py` is in the room "store"."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def ours(path: Path) -> set[str]:
    """The rooms of ours that a file imports, beside its own."""
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("monitor.")}
    return {name for name in rooms if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()} - {room(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_one_way(path: Path) -> None:
    if room(path) in COMPOSERS:
        return
    assert ours(path) <= MAY_IMPORT.get(room(path), VALUES | TOOLS)


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_known_to_its_room_alone(library: str) -> None:
    users = {room(path) for path in FILES if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= ONLY_IN[library]
    assert users, f"{library} is used nowhere"
