"""What the monitor watches: a topic's names and what makes a post belong to it, read from a YAML file.

The file is what a desk knows before the first report; `config/topics/belgorod.yaml` explains its form.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from monitor.errors import ConfigError
from monitor.extract.names import Entity, Mention, NameIndex
from monitor.extract.phrases import compiled
from monitor.models import Value

__all__ = ["Entity", "Mention", "Rule", "Scope", "Topic", "load_topic"]

# What a rule may ask for beside the word groups of the file: who and what is named in a post.
NAMED = {"actor": "actors", "place": "places", "elsewhere": "elsewhere"}


class Rule(Value):
    """Words and names that must stand near one another. `reach` says how many earlier posts of the thread count."""

    because: str
    all: tuple[str, ...] = Field(min_length=1)
    none: tuple[str, ...] = ()
    reach: int = Field(default=0, ge=0, le=5)


class Scope(Value):
    """What is about the topic. `actors`, `places` and `elsewhere` hold keys; a place stands for all within it.

    `words` are named groups of phrases (see phrases.py). A post is about the topic when one of `rules` holds; a post
    for which one of `strays` holds gets no help from its neighbours.
    """

    actors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(min_length=1)
    strays: tuple[Rule, ...] = ()

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """What finds the words of each group in a text of lower case. ValueError when a phrase is none."""
        return {group: compiled(phrases) for group, phrases in self.words.items()}


class Topic(Value):
    """The names of a topic and its scope. `name` is a slug: it stands in the names of Redis keys."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    title: str
    since: date
    entities: tuple[Entity, ...]
    relevance: Scope

    def entity(self, key: str) -> Entity:
        """The entity with this key; KeyError when there is none."""
        return self._by_key[key]

    def owner(self, channel: str) -> Entity | None:
        """The person or group that the channel is called after: "gladkov", "Freedom of Russia Legion"."""
        return self._by_slug.get(slug(channel))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Who and what of the topic is named in `text`, in its order, without overlaps."""
        return self._index.mentions(text)

    def ancestors(self, place_key: str) -> tuple[str, ...]:
        """The keys of the bigger places that hold this one, the nearest first."""
        found: list[str] = []
        within = self._by_key[place_key].within
        while within is not None and within not in found:
            found.append(within)
            within = self._by_key[within].within
        return tuple(found)

    @cached_property
    def named(self) -> dict[str, frozenset[str]]:
        """The keys that `actor`, `place` and `elsewhere` stand for, with all places within places."""
        scope = self.relevance
        found: dict[str, set[str]] = {group: set(getattr(scope, field)) for group, field in NAMED.items()}
        for entity in self.entities:
            # The nearest place that the scope names decides: a town elsewhere may lie in a region of the topic.
            line = (entity.key, *self.ancestors(entity.key))
            nearest = next((key for key in line if key in scope.places or key in scope.elsewhere), None)
            if nearest is not None:
                found["place" if nearest in scope.places else "elsewhere"].add(entity.key)
        return {group: frozenset(keys) for group, keys in found.items()}

    @cached_property
    def _by_key(self) -> dict[str, Entity]:
        return {entity.key: entity for entity in self.entities}

    @cached_property
    def _by_slug(self) -> dict[str, Entity]:
        owners = (entity for entity in self.entities if entity.kind in {"person", "group"} and not entity.generic)
        return {slug(name): entity for entity in owners for name in (entity.name, *entity.aliases)}

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(self.entities)


# --- the file

_SECTIONS = {
    "people": "person",
    "groups": "group",
    "agencies": "agency",
    "governments": "government",
    "channels": "channel",
    "outlets": "outlet",
    "places": "place",
}
_HEAD = ("name", "title", "since", "relevance")


class _Lined(dict[str, Any]):
    """A mapping of the file that knows the line it begins in, from 1."""

    line = 0


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """YAML with line numbers, and without mappings that say the same field twice."""


def _construct(loader: _Loader, node: yaml.MappingNode) -> Iterator[_Lined]:
    entry = _Lined()
    entry.line = node.start_mark.line + 1
    yield entry
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.MarkedYAMLError(None, None, f"a field needs a name, not {key!r}", key_node.start_mark)
        if key in entry:
            raise yaml.MarkedYAMLError(None, None, f"the field {key!r} stands here twice", key_node.start_mark)
        entry[key] = loader.construct_object(value_node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)


def load_topic(path: Path | str) -> Topic:
    """Reads a topic file. Raises ConfigError, naming the file, the line and what is wrong with it."""
    path = Path(path)
    document = _parsed(path)
    unknown = [field for field in document if field not in _SECTIONS and field not in _HEAD]
    if unknown:
        raise ConfigError(str(path), f"unknown field {unknown[0]!r}; known are {', '.join((*_HEAD, *_SECTIONS))}")
    entities: dict[str, tuple[Entity, int]] = {}
    for section, kind in _SECTIONS.items():
        for entity, line in _entities(path, section, kind, document.get(section)):
            if entity.key in entities:
                other = entities[entity.key][1]
                raise ConfigError(str(path), f"line {line}: {entity.name!r} is already there, in line {other}")
            entities[entity.key] = (entity, line)
    _check_places(path, entities)
    _check_names(path, entities)
    head = {field: document[field] for field in _HEAD if field in document}
    try:
        topic = Topic.model_validate({**head, "entities": tuple(entity for entity, _ in entities.values())})
    except ValidationError as error:
        raise ConfigError(str(path), _in_words(error)) from error
    _check_scope(path, topic)
    return topic


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}") from error
    except OSError as error:
        raise ConfigError(str(path), f"can't be read: {error.strerror}") from error
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader of our own
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ConfigError(str(path), f"{place}not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(str(path), f"not YAML: {error}") from error
    if document is None:
        raise ConfigError(str(path), "the file is empty")
    if not isinstance(document, Mapping):
        raise ConfigError(str(path), "a topic file holds fields (name: …, people: …), not a list or a text")
    return document


def slug(name: str) -> str:
    """The key of a name: lower-case words of letters and digits, joined by hyphens."""
    return re.sub(r"[\W_]+", "-", name.casefold().replace("'", "").replace("’", "")).strip("-")


def _entities(path: Path, section: str, kind: str, entries: Any) -> Iterator[tuple[Entity, int]]:
    if entries is None:
        return
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise ConfigError(str(path), f"{section}: a list of entries is needed")
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, _Lined):
            raise ConfigError(str(path), f"{section}: entry {number} ({entry!r}) has no fields; write {{name: …}}")
        where = f"line {entry.line}: {section}: {str(entry.get('name', f'entry {number}'))!r}"
        if not isinstance(entry.get("name"), str) or not slug(entry["name"]):
            raise ConfigError(str(path), f"{where}: a name is needed, as text")
        fields = {field: value for field, value in entry.items() if field != "holds"}
        holder = _entity(path, where, {**fields, "key": slug(entry["name"]), "kind": kind})
        yield holder, entry.line
        for held in _held(path, where, holder, entry.get("holds", ())):
            yield held, entry.line


def _held(path: Path, where: str, holder: Entity, names: Any) -> Iterator[Entity]:
    """The settlements listed under a place, each as `Name | other spelling | …`."""
    if holder.kind != "place" and names != ():
        raise ConfigError(str(path), f"{where}: unknown field 'holds' (places alone have it)")
    if not isinstance(names, Sequence) or isinstance(names, str):
        raise ConfigError(str(path), f"{where}: holds: a list of names is needed")
    for line in names:
        name, *aliases = (part.strip() for part in str(line).split("|"))
        held = {"key": slug(name), "name": name, "kind": "place", "aliases": tuple(aliases)}
        yield _entity(path, f"{where}: holds {name!r}", {**held, "level": "settlement", "within": holder.key})


def _entity(path: Path, where: str, fields: Mapping[str, Any]) -> Entity:
    try:
        entity = Entity.model_validate(fields)
    except ValidationError as error:
        raise ConfigError(str(path), f"{where}: {_in_words(error)}") from error
    if entity.kind != "place" and (entity.level or entity.within):
        raise ConfigError(str(path), f"{where}: unknown field 'level' or 'within' (places alone have them)")
    if entity.kind == "place" and entity.level is None:
        raise ConfigError(str(path), f"{where}: a place needs its level: site, settlement, district, region or country")
    return entity


def _check_places(path: Path, entities: Mapping[str, tuple[Entity, int]]) -> None:
    for entity, line in entities.values():
        if entity.within is None:
            continue
        where = f"line {line}: places: {entity.name!r}"
        seen = {entity.key}
        within: str | None = entity.within
        while within is not None:
            if within not in entities or entities[within][0].kind != "place":
                raise ConfigError(str(path), f"{where}: within: no place of this file has the key {within!r}")
            if within in seen:
                raise ConfigError(str(path), f"{where}: within: the place would lie within itself")
            seen.add(within)
            within = entities[within][0].within


def _check_names(path: Path, entities: Mapping[str, tuple[Entity, int]]) -> None:
    """No two entities may bear the same name, or the same role: which of them would be meant?"""
    owner: dict[tuple[bool, str], tuple[Entity, int]] = {}
    for entity, line in entities.values():
        for is_role, names in ((False, (entity.name, *entity.aliases)), (True, entity.roles)):
            for name in names:
                # Names differ by case ("US", "us"), roles don't.
                spelling = (is_role, " ".join((name.casefold() if is_role else name).split()))
                if not spelling[1]:
                    raise ConfigError(str(path), f"line {line}: {entity.name!r} has an empty name among its names")
                other, there = owner.setdefault(spelling, (entity, line))
                if other.key != entity.key:
                    raise ConfigError(
                        str(path),
                        f"line {line}: {name!r} is a name of {entity.name!r} and, in line {there}, of {other.name!r}",
                    )


def _check_scope(path: Path, topic: Topic) -> None:
    keys = {entity.key for entity in topic.entities}
    scope = topic.relevance
    for field in NAMED.values():
        for key in getattr(scope, field):
            if key not in keys:
                raise ConfigError(str(path), f"relevance: {field}: no entity of this file has the key {key!r}")
    for rule in (*scope.rules, *scope.strays):
        for group in (*rule.all, *rule.none):
            if group not in scope.words and group not in NAMED:
                known = ", ".join((*NAMED, *scope.words))
                raise ConfigError(
                    str(path), f"relevance: rule {rule.because!r}: unknown word group {group!r}; known are {known}"
                )
    try:
        _ = scope.patterns
    except ValueError as error:
        raise ConfigError(str(path), f"relevance: words: {error}") from error
    for group in scope.words:
        if group in NAMED:
            raise ConfigError(str(path), f"relevance: words: {group!r} is taken: it means the names in a post")


def _in_words(error: ValidationError) -> str:
    """The first thing that pydantic found, in words that an operator understands."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "extra_forbidden":
            return f"unknown field {place!r}"
        case "missing":
            return f"the field {place!r} is missing"
        case "string_pattern_mismatch" if place == "name":
            return f"name: {first['input']!r} must be small letters, digits and single hyphens"
        case "tuple_type":
            return f"{place}: a list is needed, not {first['input']!r}"
        case _:
            return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r}"
