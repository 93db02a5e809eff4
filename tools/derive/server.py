"""Derive `aerofleet/aerospike/data/server.json` from the public source of the server.

    python -m tools.derive.server GIT_DIRECTORY_OF_AEROSPIKE_SERVER

The tables have facts only: the names that a section accepts, how the server parses each value, and its bounds. Equal
tables of a section are stored once; a build is listed only if it differs from the build before it.
"""

from __future__ import annotations

import ast
import json
import operator
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OLDEST = (6, 0, 0, 0)
TARGET = Path(__file__).resolve().parents[2] / "aerofleet/aerospike/data/server.json"

ENTERPRISE: dict[str, int] = {
    "AS_CLUSTER_SZ": 256,
    "AS_NAMESPACE_SZ": 32,
    "CF_ARENAX_MAX_STAGE_SIZE": 16 << 30,
}
"""Limits in which the enterprise server differs from the public source. Source: the public configuration schemas."""

LIMITS: dict[str, str] = {
    "namespaces": "AS_NAMESPACE_SZ",
    "sets": "AS_SET_MAX_COUNT",
    "devices": "AS_STORAGE_MAX_DEVICES",
    "mounts": "CF_XMEM_MAX_MOUNTS",
    "feature-keys": "MAX_FEATURE_KEY_FILES",
    "tls": "MAX_TLS_SPECS",
    "role-query-patterns": "MAX_ROLE_QUERY_PATTERNS",
    "addresses": "CF_SOCK_CFG_MAX",
    "mesh-seeds": "AS_CLUSTER_SZ",
    "log-sinks": "MAX_SINKS",
    "cluster-name-bytes": "AS_CLUSTER_NAME_SZ",
    "namespace-name-bytes": "AS_ID_NAMESPACE_SZ",
    "set-name-bytes": "AS_SET_NAME_MAX_SIZE",
}
"""Limit → the constant with its value. The size of a name includes the NUL byte at its end."""

BUILT_IN = {"UINT8_MAX": 0xFF, "UINT16_MAX": 0xFFFF, "UINT32_MAX": 0xFFFFFFFF, "UINT64_MAX": (1 << 64) - 1}
BUILT_IN |= {"INT32_MIN": -0x80000000, "INT32_MAX": 0x7FFFFFFF, "AS_SYSLOG_MIN": 0, "AS_SYSLOG_MAX": 7}
INTEGERS = ("INT32_MIN", "INT32_MAX")
NUMBERS = re.compile(
    r"cfg_(u64|u32|u16|u8|x64|seconds)(_power_of_2|_multiple_of|_no_checks)?\(&line(?:, *([^()]*?))?\)"
)
OPERATORS: dict[type, Callable[[int, int], int]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.LShift: operator.lshift,
    ast.Div: operator.floordiv,
}
Spec = list[Any]
Tables = dict[str, dict[str, Spec]]


class Source:
    """The files of one build, and the constants that its C code defines."""

    def __init__(self, repository: str, build: str) -> None:
        self.repository, self.build = repository, build
        self.defined: dict[str, str] = {}
        for line in self.git(
            "grep", "-hE", r"^#define +[A-Z][A-Z0-9_]+\s+[^\s]", build, "--", "*.h", "*.c"
        ).splitlines():
            _, name, text = line.split(None, 2)
            self.defined.setdefault(name, text.partition("//")[0].strip())

    def git(self, *arguments: str) -> str:
        """Return the output of a git command on the repository."""
        command = ["git", f"--git-dir={self.repository}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def file(self, path: str) -> str:
        """Return the text of a file of the build."""
        return self.git("show", f"{self.build}:{path}")

    def value(self, text: str) -> int:
        """Return the number to which a C expression of constants evaluates."""
        plain = re.sub(r"\b(\d+)(?:UL|L|U|ul)\b", r"\1", re.sub(r"\([a-z0-9_]+_t\)", "", text))
        return self._evaluate(ast.parse(plain.strip(), mode="eval").body)

    def _evaluate(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):
            if node.id in ENTERPRISE or node.id in BUILT_IN:
                return ENTERPRISE.get(node.id, BUILT_IN.get(node.id, 0))
            return self.value(self.defined[node.id])
        if isinstance(node, ast.UnaryOp):
            return -self._evaluate(node.operand)
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](self._evaluate(node.left), self._evaluate(node.right))
        raise ValueError(ast.dump(node))


def tables_of(source: Source) -> Tables:
    """Return section → name → how its value is parsed. Sections are dotted: ``namespace.storage-engine.device``."""
    text = source.file("as/src/base/cfg.c")
    options = {
        name: re.findall(r'\{\s*"([^"]+)",\s*(CASE_\w+)\s*\}', body)
        for name, body in re.findall(r"cfg_opt (\w+)\[\] = \{(.*?)\n\};", text, re.DOTALL)
    }
    start = text.index("\nas_config_init(const char")
    code = text[start : text.index("\nas_config_post_process(", start)]
    bodies = dict(re.findall(r"case (CASE_\w+):(.*?)(?=case CASE_\w+:|\bdefault:)", code, re.DOTALL))
    names_of = dict(re.findall(r"case ([A-Z][A-Z0-9_]*):\s*switch \(cfg_find_tok\(line\.name_tok,\s*(\w+),", code))
    tables: Tables = {}
    pending = [("GLOBAL", "")]
    while pending:
        state, section = pending.pop()
        table: dict[str, Spec] = {}
        for name, case in options[names_of[state]]:
            if name == "}":
                continue
            body = bodies[case]
            child = f"{section}.{name}" if section else name
            if inner := re.search(r"cfg_begin_context\(&state,\s*(\w+)\)", body):
                table[name] = ["section"]
                pending.append((inner[1], child))
            elif values := re.search(r"cfg_find_tok\(line\.val_tok_1,\s*(\w+)", body):
                table[name] = ["one-of", *(value for value, _ in options[values[1]])]
                for value, value_case in options[values[1]]:
                    if inner := re.search(r"cfg_begin_context\(&state,\s*(\w+)\)", bodies[value_case]):
                        pending.append((inner[1], f"{child}.{value}"))
            else:
                table[name] = _spec(source, text, body)
        tables[section or "top"] = table
    tables["logging-contexts"] = {name: [] for name in _strings(source.file("cf/src/log.c"), "context_strings")}
    tables["limits"] = {name: [source.value(constant)] for name, constant in LIMITS.items()}
    return tables


def _spec(source: Source, text: str, body: str) -> Spec:
    if "cfg_obsolete(" in body:
        return ["obsolete"]
    if "cfg_bool_no_value_is_true(" in body:
        return ["flag"]
    if "cfg_bool(" in body:
        return ["boolean"]
    if "cfg_port_val2(" in body:
        return ["address-port"]
    if "cfg_port(" in body:
        return ["u16", 1024, BUILT_IN["UINT16_MAX"]]
    if "cfg_pct_w_minus_1(" in body:
        return ["percent-or-minus-1"]
    if call := NUMBERS.search(re.sub(r"\s+", " ", body)):
        return _number(source, *call.groups())
    if call := re.search(r"cfg_int(?:_no_checks)?\(&line(?:,\s*(-?\w+),\s*(-?\w+))?\)", body):
        return ["integer", *(source.value(bound or end) for bound, end in zip(call.groups(), INTEGERS, strict=True))]
    if call := re.search(r"cfg_strdup_one_of\(&line,\s*(\w+),", body):
        return ["one-of", *_strings(text, call[1])]
    if call := re.search(r"cfg_str(?:dup|cpy)\(&line,.*?(\w+|sizeof\(.*?\))\)[;)]", re.sub(r"\s+", " ", body)):
        return ["text", 256 if call[1].startswith("sizeof") else source.value(call[1])]
    if "cfg_strdup_val2_no_checks(&line, true)" in re.sub(r"\s+", " ", body):
        return ["text-and-text"]
    if "cfg_strdup_no_checks(" in body or "cfg_strdup_val2" in body:
        return ["text"]
    return ["any"]


def _number(source: Source, kind: str, variant: str | None, arguments: str | None) -> Spec:
    if variant == "_no_checks":
        bits = {"u64": 64, "x64": 64, "u32": 32, "seconds": 32, "u16": 16, "u8": 8}[kind]
        return [kind, 0, (1 << bits) - 1]
    bounds = [source.value(argument) for argument in (arguments or "").split(",")]
    if variant == "_multiple_of":
        return [kind, 0, BUILT_IN["UINT32_MAX"], "multiple-of", bounds[0]]
    return [kind, *bounds, *(["power-of-2"] if variant else [])]


def _strings(text: str, name: str) -> list[str]:
    array = re.search(rf"{name}\[\] = \{{(.*?)\n\}};", text, re.DOTALL)
    return re.findall(r'"([^"]*)"', array[1]) if array else []


def builds(repository: str) -> Iterator[str]:
    """Yield the released builds from OLDEST on, sorted by version."""
    command = ["git", f"--git-dir={repository}", "tag"]
    tags = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    numbered = {tag: tuple(map(int, tag.split("."))) for tag in tags if re.fullmatch(r"\d+(\.\d+){3}", tag)}
    yield from sorted((tag for tag, numbers in numbered.items() if numbers >= OLDEST), key=lambda tag: numbered[tag])


def derive(repository: str) -> str:
    """Return as JSON the distinct ``tables``, and ``builds``: build → section → index of its table."""
    index_of: dict[str, int] = {}
    sections_of: dict[str, dict[str, int]] = {}
    before: dict[str, int] = {}
    for build in builds(repository):
        tables = tables_of(Source(repository, build))
        texts = {section: json.dumps(table, separators=(",", ":")) for section, table in tables.items()}
        sections = {section: index_of.setdefault(text, len(index_of)) for section, text in texts.items()}
        if sections != before:
            sections_of[build] = before = sections
    lines = ",\n".join(json.dumps({build: sections})[1:-1] for build, sections in sections_of.items())
    return f'{{"builds":{{\n{lines}\n}},\n"tables":[\n' + ",\n".join(index_of) + "\n]}\n"


def main() -> None:
    TARGET.write_text(derive(sys.argv[1]))


if __name__ == "__main__":
    main()
