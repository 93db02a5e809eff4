"""Turn the parser's events into values and places, in one pass.

It reads events and not PyYAML's node graph: composing a graph recurses in C without a bound, so a few kilobytes of
opening brackets would end the process. Here the depth is counted, and every mistake that leaves the structure readable
is collected instead of raised.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml
from yaml._yaml import CParser

from aerofleet.findings import Finding, Location, Rule
from aerofleet.load.document import Document, Position
from aerofleet.load.errors import (
    FILE_ENCODING,
    YAML_ALIAS,
    YAML_DUPLICATE_KEY,
    YAML_EXPANSION,
    YAML_KEY,
    YAML_MERGE,
    YAML_NESTING,
    YAML_NUMBER,
    YAML_TAG,
    LoadError,
    stop_at,
)
from aerofleet.load.scalars import Scalar, read_plain
from aerofleet.load.syntax import syntax_finding

MAX_DEPTH = 100
MAX_VALUES = 500_000
"""Most values of a document with its aliases expanded; a 5 MB file of ordinary YAML stays below it."""

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    _TAG + "int": (int,),
    _TAG + "float": (int, float),
    _TAG + "bool": (bool,),
    _TAG + "null": (type(None),),
}
_TEXT_TAGS = frozenset({"!", _TAG + "str", _TAG + "timestamp"})
_MERGE = "<<"

Entries = dict[str, tuple[Position, Position]]
"""Key of a mapping → the positions of the key and of its value."""


def build(text: str, name: str) -> list[Document]:
    """Return every document of a text, empty ones included. Raises LoadError with all findings."""
    builder = _Builder(name)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        hint = "save the file as UTF-8"
        stop_at(Location(name, line, column), FILE_ENCODING, "half a surrogate pair is not a character", hint)
    try:
        parser = CParser(encoded)
        try:
            documents = builder.stream(parser)
        finally:
            parser.dispose()
    except yaml.YAMLError as error:
        raise LoadError([*builder.findings, syntax_finding(error, text, name)]) from None
    if builder.findings:
        raise LoadError(builder.findings)
    return documents


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.anchors: dict[str, tuple[Any, Position]] = {}
        self.values = 0

    def stream(self, parser: Any) -> list[Document]:
        documents: list[Document] = []
        while True:
            event = parser.get_event()
            if isinstance(event, yaml.StreamEndEvent):
                return documents
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors.clear()
                self.values = 0
                data, place = self.value(parser, parser.get_event(), 1)
                documents.append(Document(data, self.name, place))

    def value(self, parser: Any, event: Any, depth: int) -> tuple[Any, Position]:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.ScalarEvent):
            mark: Any = event.start_mark
            result: tuple[Any, Position] = self.scalar(event), Position(mark.line + 1, mark.column + 1)
        else:
            if depth > MAX_DEPTH:
                hint = "no definition is nested like this: look for a bracket that is never closed"
                stop_at(self.at(event), YAML_NESTING, f"is nested deeper than {MAX_DEPTH} levels", hint)
            if event.tag not in (None, "!", _TAG + "map", _TAG + "seq"):
                self.refuse_tag(event)
            is_map = isinstance(event, yaml.MappingStartEvent)
            result = (self.mapping if is_map else self.sequence)(parser, event, depth)
        self.count(1, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = result
        return result

    def sequence(self, parser: Any, start: Any, depth: int) -> tuple[Any, Position]:
        data, places = [], []
        while not isinstance(event := parser.get_event(), yaml.SequenceEndEvent):
            item, place = self.value(parser, event, depth + 1)
            data.append(item)
            places.append(place)
        size = 1 + sum(place.size for place in places)
        return data, Position(start.start_mark.line + 1, start.start_mark.column + 1, items=places, size=size)

    def mapping(self, parser: Any, start: Any, depth: int) -> tuple[Any, Position]:
        data: dict[str, Any] = {}
        entries: Entries = {}
        merges: list[tuple[Any, Position, Any]] = []
        size = 1
        while not isinstance(event := parser.get_event(), yaml.MappingEndEvent):
            key, key_place = self.key(parser, event, depth)
            value, place = self.value(parser, parser.get_event(), depth + 1)
            size += place.size
            if key is None:
                continue
            if key == _MERGE and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                merges.append((value, place, event))
            elif key in data:
                first = entries[key][0]
                self.refuse(
                    event,
                    YAML_DUPLICATE_KEY,
                    f"the key '{key}' is in this mapping twice",
                    f"keep one of them; the first is in line {first.line}",
                )
            else:
                data[key], entries[key] = value, (key_place, place)
        for merged, place, event in merges:
            self.merge(merged, place, event, data, entries)
        return data, Position(start.start_mark.line + 1, start.start_mark.column + 1, entries=entries, size=size)

    def key(self, parser: Any, event: Any, depth: int) -> tuple[str | None, Position]:
        value, place = self.value(parser, event, depth + 1)
        if isinstance(value, str):
            return value, place
        if isinstance(event, yaml.ScalarEvent):
            message, hint = f"the key {event.value or 'null'} is not text", f'write "{event.value}" in quotes'
        else:
            message, hint = "a key is not text", "give the entry a name"
        self.refuse(event, YAML_KEY, message, hint)
        return None, place

    def merge(
        self,
        merged: Any,
        place: Position,
        event: Any,
        data: dict[str, Any],
        entries: dict[str, tuple[Position, Position]],
    ) -> None:
        """Merge the sources of `<<` into a mapping. Its own keys win over merged ones; of several sources the first
        wins.
        """
        sources = list(zip(merged, place.items or (), strict=True)) if isinstance(merged, list) else [(merged, place)]
        for source, source_place in sources:
            if not isinstance(source, dict) or source_place.entries is None:
                self.refuse(event, YAML_MERGE, "only mappings can be merged in", "name a mapping, or a list of them")
                return
            for key, value in source.items():
                if key not in data:
                    data[key], entries[key] = deepcopy(value), source_place.entries[key]

    def scalar(self, event: Any) -> Scalar:
        text: str = event.value
        tag = event.tag
        if tag is None:
            return self.plain(event, text) if event.implicit[0] else text
        if tag in _TEXT_TAGS:
            return text
        types = _SCALAR_TAGS.get(tag)
        if types is None:
            self.refuse_tag(event)
            return text
        value = self.plain(event, text)
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            kind = tag.removeprefix(_TAG)
            self.refuse(event, YAML_TAG, f"'{text}' is not of the type !!{kind}", "leave the tag out")
        return value

    def plain(self, event: Any, text: str) -> Scalar:
        try:
            return read_plain(text)
        except ValueError as error:
            self.refuse(event, YAML_NUMBER, str(error), "write a number that JSON can hold, or put text in quotes")
            return None

    def alias(self, event: Any) -> tuple[Any, Position]:
        if event.anchor not in self.anchors:
            self.refuse(
                event,
                YAML_ALIAS,
                f"nothing that ends before this line is named &{event.anchor}",
                "an alias can only repeat a value that is complete above it",
            )
            return None, Position(event.start_mark.line + 1, event.start_mark.column + 1)
        data, place = self.anchors[event.anchor]
        self.count(place.size, event)
        return deepcopy(data), place

    def count(self, values: int, event: Any) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            hint = "write fewer aliases, or split the file"
            stop_at(self.at(event), YAML_EXPANSION, f"grows beyond {MAX_VALUES:,} values here", hint)

    def refuse_tag(self, event: Any) -> None:
        shown = event.tag.replace(_TAG, "!!")
        self.refuse(event, YAML_TAG, f"the tag {shown} is not allowed", "only plain values are read: leave it out")

    def refuse(self, event: Any, rule: Rule[...], message: str, hint: str) -> None:
        self.findings.append(rule.finding("", message, hint, self.at(event)))

    def at(self, event: Any) -> Location:
        return Location(self.name, event.start_mark.line + 1, event.start_mark.column + 1)
