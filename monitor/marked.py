"""YAML files that know their lines, and what is wrong with them in words.

`read_marked` loads a file; `problems` turns what pydantic says about it into sentences with the line of each.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from monitor.errors import ConfigError

_PLAINER = (
    (re.compile("^Value error, "), ""),
    (re.compile("^Input should have timezone info$"), "has no time zone; write for example 2023-05-22T17:00:00Z"),
    (re.compile(r"^Invalid JSON: (.*?)(?: at line 1)?( column \d+)$"), r"is not JSON: \1 at\2"),
    (re.compile("^Input should be "), "must be "),
    (
        re.compile("^Input tag (.*) found using 'kind' .* the expected tags: (.*)$"),
        r"the kind \1 is unknown; there are \2",
    ),
    (re.compile("^Unable to extract tag using discriminator 'kind'$"), "has no kind"),
)

LARGEST = 1_000_000
"""Bytes: a configuration file over this is a mistake."""

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Marked:
    """A YAML document and the line (from 1) on which each of its values stands, by the path of keys and indexes."""

    path: Path
    data: Any
    lines: dict[Loc, int] = field(repr=False)

    def line(self, loc: Sequence[str | int]) -> int | None:
        """The line of the value, or of the nearest thing around it that the file holds."""
        known = tuple(loc)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known) if known or not loc else None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the path of keys and indexes it stands at, as written in the file, and the words."""

    loc: Loc
    words: str

    @property
    def name(self) -> str:
        """`sinks[0].secret`"""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.loc).lstrip(".")

    def __str__(self) -> str:
        return f"{self.name}: {self.words}" if self.loc else self.words


def read_marked(path: Path) -> Marked:
    """The file's one YAML document; raises ConfigError that names file, line and reason."""
    about = str(path)
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(about, f"is larger than {LARGEST:,} bytes; that can't be a configuration file")
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except FileNotFoundError:
        raise ConfigError(about, "there is no such file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(about, f"is not UTF-8: byte {error.start}") from error
    except OSError as error:
        raise ConfigError(about, f"can't be read: {error.strerror or error}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ConfigError(about, f"{line}is not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(about, f"is not YAML: {str(error).splitlines()[0]}") from error
    lines: dict[Loc, int] = {}
    if node is not None:
        _mark(about, node, (), lines, set())
    return Marked(path=path, data=data, lines=lines)


def _mark(about: str, node: yaml.Node, loc: Loc, lines: dict[Loc, int], seen: set[int]) -> None:
    lines.setdefault(loc, node.start_mark.line + 1)
    if id(node) in seen:  # an alias: its lines are those of its anchor, and walking it again could take for ever
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in names:
                raise ConfigError(about, f"line {line}: {name!r} stands here twice")
            names.add(name)
            lines[(*loc, name)] = line
            _mark(about, value, (*loc, name), lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _mark(about, value, (*loc, index), lines, seen)


def problems(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """What pydantic found, one sentence each, without the values (they may be secrets)."""
    found = []
    for detail in error.errors(include_url=False, include_input=False):
        loc, known = _place(model, detail["loc"])
        if detail["type"] == "extra_forbidden":
            words = f"unknown setting{_did_you_mean(str(loc[-1]), known)}"
        elif detail["type"] == "missing":
            words = "is missing"
        else:
            words = _plain(detail["msg"])
        found.append(Problem(loc, words))
    return found


def _plain(message: str) -> str:
    for theirs, ours in _PLAINER:
        message = theirs.sub(ours, message)
    return message


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}" if known else ""


def _place(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[Loc, list[str]]:
    """`loc` without pydantic's own parts (a union's tags), and the fields that the last one could have been."""
    place: list[str | int] = []
    here = [model]
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if last and index and any(_tagged(one, part) for one in here):
            break
        inner = [
            m for one in here for name, f in one.model_fields.items() if name == part for m in _models(f.annotation)
        ]
        if isinstance(part, int) or any(part in one.model_fields for one in here) or last:
            place.append(part)
        else:
            inner = [one for one in here if _tagged(one, part)]
        if last:
            break
        here = here if isinstance(part, int) else inner
    return tuple(place), sorted({field.alias or name for one in here for name, field in one.model_fields.items()})


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not Literal:
        for inner in get_args(annotation):
            yield from _models(inner)


def _tagged(model: type[BaseModel], tag: str | int) -> bool:
    kind = model.model_fields.get("kind")
    return kind is not None and tag in get_args(kind.annotation)
