"""Start rules of the service, logging, security and mod-lua contexts.

Source: aerospike-server, cfg.c, log.c, namespace.c.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.aerospike.server.file import Reading
from aerofleet.aerospike.server.rule import StartProblem, start_rule
from aerofleet.aerospike.server.table import limit, sections
from aerofleet.aerospike.server_files import CONFIG, SERVER

LEVELS = ("critical", "warning", "info", "debug", "detail")
FACILITIES = frozenset(
    [
        "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp",
        *(f"local{number}" for number in range(8)),
    ]
)  # fmt: skip
ACCOUNTS = frozenset(["aerospike", "bin", "daemon", "games", "lp", "mail", "nobody", "root", "sync"])
GROUPS = ACCOUNTS - {"nobody", "sync"} | {"nogroup", "nobody", "sys", "tty", "disk", "users"}
"""Accounts that the server's images have. Source: aerospike-server.docker, its Debian and UBI base images."""


@start_rule("cluster-name-length", source=f"{CONFIG}: as_config_cluster_name_set")
def cluster_name_length(reading: Reading) -> Iterator[StartProblem]:
    """A cluster-name has at least one byte and at most 63 (64 before 6.3)."""
    most = limit(reading.version, "cluster-name-bytes") - 1
    for section in reading.file.sections_of("service"):
        for line in section.lines_of("cluster-name"):
            size = len(line.value.encode())
            if not 1 <= size <= most:
                yield line.path, f"cluster-name {line.value!r} has {size} bytes", f"1 to {most} bytes"


@start_rule("two-node-ids", source=f"{CONFIG}: as_config_post_process")
def two_node_ids(reading: Reading) -> Iterator[StartProblem]:
    """At most one of node-id and node-id-interface is set."""
    for section in reading.file.sections_of("service"):
        line = section.line("node-id-interface")
        if line is not None and section.line("node-id") is not None:
            yield line.path, "node-id-interface is set as well as node-id", "only one of them"


@start_rule("unknown-account", source=f"{CONFIG}: as_config_init; aerospike-server.docker, its base images")
def unknown_account(reading: Reading) -> Iterator[StartProblem]:
    """The accounts of user and group are in the server's image."""
    for section in reading.file.sections_of("service"):
        for name, known in (("user", ACCOUNTS), ("group", GROUPS)):
            line = section.line(name)
            if line is not None and line.value not in known:
                yield (
                    line.path,
                    f"{name} {line.value!r} is no {name} of the server's image",
                    "root, aerospike or no line",
                )


@start_rule("feature-keys", source=f"{CONFIG}: cfg_add_feature_key_file")
def feature_keys(reading: Reading) -> Iterator[StartProblem]:
    """No feature key is listed twice, and there are at most 32."""
    most = limit(reading.version, "feature-keys")
    for section in reading.file.sections_of("service"):
        lines = section.lines_of("feature-key-file")
        for line in _twice([line.value for line in lines]):
            yield lines[line].path, f"{lines[line].value} is listed twice", "each feature key once"
        if len(lines) > most:
            yield lines[most].path, f"{len(lines)} feature keys are more than the server takes", f"at most {most}"


def _twice(names: list[str]) -> list[int]:
    """Return the positions of names that are already earlier in the list."""
    seen: Counter[str] = Counter()
    positions = []
    for position, name in enumerate(names):
        if seen[name]:
            positions.append(position)
        seen[name] += 1
    return positions


@start_rule("log-sinks", source=f"{SERVER}, cf/src/log.c: cf_log_init_sink")
def log_sinks(reading: Reading) -> Iterator[StartProblem]:
    """There are at most 8 log sinks."""
    sinks = [sink for section in reading.file.sections_of("logging") for sink in section.sections]
    most = limit(reading.version, "log-sinks")
    if len(sinks) > most:
        yield sinks[most].path, f"{len(sinks)} log sinks are more than the server takes", f"at most {most}"


@start_rule("log-context", source=f"{SERVER}, cf/src/log.c: cf_log_init_level, cf_log_init_facility")
def log_context(reading: Reading) -> Iterator[StartProblem]:
    """Every logging context and its level exist, and so does a syslog facility."""
    known = sections(reading.version)["logging-contexts"]
    for sink in (sink for section in reading.file.sections_of("logging") for sink in section.sections):
        for line in sink.lines_of("context"):
            context, level = line.values[0], line.values[1]
            if context.lower() not in known and context.lower() != "any":
                yield line.path, f"{context!r} is no logging context of server {reading.version}", "take it out"
            elif level.lower() not in LEVELS:
                yield line.path, f"{level!r} is no logging level", f"one of {', '.join(LEVELS)}"
        for line in sink.lines_of("facility"):
            if line.value and line.value not in FACILITIES:
                yield line.path, f"{line.value!r} is no syslog facility", "local0 to local7, user, daemon, …"


@start_rule("ldap-patterns", source=f"{CONFIG}: cfg_add_ldap_role_query_pattern")
def ldap_patterns(reading: Reading) -> Iterator[StartProblem]:
    """There are at most 64 role-query-patterns in security.ldap."""
    most = limit(reading.version, "role-query-patterns")
    for security in reading.file.sections_of("security"):
        for ldap in security.sections_of("ldap"):
            lines = ldap.lines_of("role-query-pattern")
            if len(lines) > most:
                yield lines[most].path, f"{len(lines)} role-query-patterns are too many", f"at most {most}"
