"""Start rules of the network: ports, heartbeat, fabric, TLS names.

Source: aerospike-server, cfg.c (as_config_init at the end of a context, as_config_post_process) and hb.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server import values
from aerofleet.aerospike.server.file import Line, Path, Reading, Section
from aerofleet.aerospike.server.rule import StartProblem, start_rule
from aerofleet.aerospike.server.table import limit
from aerofleet.aerospike.server_files import CONFIG, SERVER
from aerofleet.units.field_path import dotted

HEARTBEAT_DEFAULTS = {"interval": 150, "timeout": 10, "connect-timeout-ms": 500}
FABRIC_DEFAULTS = {"channel-rw-recv-threads": 16, "channel-rw-recv-pools": 1}
LISTENING = ("service", "admin", "heartbeat", "fabric")
EVERY_ADDRESS = frozenset(["any", "0.0.0.0", "::"])  # noqa: S104 - names of it, nothing is bound here
BITS_32 = 1 << 32


@start_rule("port-missing", source=f"{CONFIG}: as_config_post_process")
def port_missing(reading: Reading) -> Iterator[StartProblem]:
    """The sections network.service, network.heartbeat and network.fabric each have a port or a tls-port."""
    for kind in ("service", "heartbeat", "fabric"):
        section = reading.network.get(kind)
        if section is None or not (section.line("port") or section.line("tls-port")):
            yield ("network", kind, "port"), f"network.{kind} has no port", "add port or tls-port"


@start_rule("port-taken", source=f"{SERVER}, cf/src/socket.c: cf_socket_init_server; Measured: aerospike-server 8.1.1")
def port_taken(reading: Reading) -> Iterator[StartProblem]:
    """No two parts of the network listen on one port of one address."""
    taken: list[tuple[int, frozenset[str], Line]] = []
    for kind in LISTENING:
        section = reading.network.get(kind)
        for name in ("port", "tls-port"):
            line = section.line(name) if section is not None else None
            port = values.unsigned(line.value) if line is not None else None
            if section is None or line is None or port is None:
                continue
            addresses = _addresses(reading, section, name)
            for other, others, first in taken:
                if other == port and (addresses & others or EVERY_ADDRESS & (addresses | others)):
                    message = f"port {port} is that of {dotted(first.path)} as well"
                    yield line.path, message, "a port of its own for each"
                    break
            taken.append((port, addresses, line))


def _addresses(reading: Reading, section: Section, port: str) -> frozenset[str]:
    """Return the addresses on which the section listens; a heartbeat without addresses takes those of the fabric."""
    name = "tls-address" if port == "tls-port" else "address"
    lines = section.lines_of(name)
    if not lines and section.kind == "heartbeat" and name == "address" and "fabric" in reading.network:
        lines = reading.network["fabric"].lines_of(name)
    return frozenset(line.value for line in lines) or EVERY_ADDRESS


@start_rule("access-address", source=f"{CONFIG}: addrs_to_access, bind_to_access")
def access_address(reading: Reading) -> Iterator[StartProblem]:
    """The addresses that clients are sent to are addresses of a node, not all addresses."""
    section = reading.network.get("service")
    for name in ("access-address", "alternate-access-address", "tls-access-address", "tls-alternate-access-address"):
        for line in section.lines_of(name) if section is not None else ():
            if line.value in EVERY_ADDRESS:
                yield line.path, f"{name} {line.value} is no address that a client can go to", "the node's own address"


@start_rule("heartbeat-connect-timeout", source=f"{CONFIG}: as_config_init")
def heartbeat_connect_timeout(reading: Reading) -> Iterator[StartProblem]:
    """The heartbeat's connect-timeout-ms is at most a third of interval × timeout."""
    section = reading.network.get("heartbeat")
    if section is None:
        return
    interval, timeout, connect = (_number(section, name, default) for name, default in HEARTBEAT_DEFAULTS.items())
    if interval is None or timeout is None or connect is None:
        return
    most = interval * timeout % BITS_32 // 3
    if connect > most:
        line = next((last for name in reversed(HEARTBEAT_DEFAULTS) if (last := section.line(name))), None)
        path = line.path if line is not None else (*section.path, "connect-timeout-ms")
        message = f"connect-timeout-ms {connect} is more than a third of interval {interval} × timeout {timeout}"
        yield path, message, f"connect-timeout-ms of at most {most}, or a longer interval or timeout"


@start_rule(
    "heartbeat-mode", source=f"{CONFIG}: as_config_post_process; {SERVER}, as/src/fabric/hb.c: as_hb_config_validate"
)
def heartbeat_mode(reading: Reading) -> Iterator[StartProblem]:
    """Multicast groups belong to multicast, seeds and TLS to mesh; multicast has a group."""
    section = reading.network.get("heartbeat")
    if section is None:
        return
    mode = section.line("mode")
    groups = section.line("multicast-group")
    if mode is None or mode.value != "multicast":
        if groups is not None:
            yield groups.path[:4], "multicast-groups have no place in mesh mode", "take them out"
        return
    if groups is None:
        yield mode.path, "mode multicast has no multicast-groups", "add one, or mode mesh"
    for name in ("mesh-seed-address-port", "tls-mesh-seed-address-port"):
        if (seed := section.line(name)) is not None:
            yield seed.path, f"{name}s have no place in multicast mode", "take them out, or mode mesh"
    if (tls := section.line("tls-port")) is not None:
        yield tls.path, "a multicast heartbeat has no TLS", "take tls-port out, or mode mesh"


@start_rule("fabric-pools", source=f"{CONFIG}: as_config_init")
def fabric_pools(reading: Reading) -> Iterator[StartProblem]:
    """The fabric's channel-rw-recv-threads is a multiple of channel-rw-recv-pools."""
    section = reading.network.get("fabric")
    if section is None:
        return
    threads, pools = (_number(section, name, default) for name, default in FABRIC_DEFAULTS.items())
    if threads is not None and pools and threads % pools:
        line = section.line("channel-rw-recv-threads") or section.line("channel-rw-recv-pools")
        path = line.path if line is not None else section.path
        message = f"channel-rw-recv-threads {threads} is no multiple of channel-rw-recv-pools {pools}"
        yield path, message, f"{threads - threads % pools or pools} or {threads - threads % pools + pools} threads"


@start_rule("tls-name", source=f"{CONFIG}: cfg_link_tls")
def tls_name(reading: Reading) -> Iterator[StartProblem]:
    """A tls-port has a tls-name, and that name is an entry of network.tls."""
    known = {section.value for part in reading.file.sections_of("network") for section in part.sections_of("tls")}
    for kind in LISTENING:
        section = reading.network.get(kind)
        port = section.line("tls-port") if section is not None else None
        if section is None or port is None:
            continue
        line = section.line("tls-name")
        if line is None:
            yield port.path, f"network.{kind} has a tls-port and no tls-name", "add tls-name: the name of its TLS entry"
        elif line.value not in known and not line.value.startswith("<"):
            names = ", ".join(sorted(known)) or "none"
            yield line.path, f"tls-name {line.value!r} is no entry of network.tls", f"one of its names: {names}"


@start_rule("tls-client-names", source=f"{CONFIG}: cfg_setup_tls_server")
def tls_client_names(reading: Reading) -> Iterator[StartProblem]:
    """The value of tls-authenticate-client is any or false alone, or a list of names without them."""
    for kind in ("service", "admin"):
        section = reading.network.get(kind)
        lines = section.lines_of("tls-authenticate-client") if section is not None else []
        alone = next((line for line in lines if line.value in ("any", "false")), None)
        if alone is not None and len(lines) > 1:
            yield alone.path, f"{alone.value} is listed with other names", f"either {alone.value} alone, or names"


@start_rule("network-counts", source=f"{CONFIG}: cfg_create_tls_spec, cfg_add_mesh_seed_addr_port, add_addr")
def network_counts(reading: Reading) -> Iterator[StartProblem]:
    """TLS entries, mesh seeds and addresses are no more than the server has room for."""
    tls = [section for part in reading.file.sections_of("network") for section in part.sections_of("tls")]
    yield from _too_many([section.path for section in tls], limit(reading.version, "tls"), "TLS entries")
    heartbeat = reading.network.get("heartbeat")
    if heartbeat is not None:
        seeds = [line.path for line in heartbeat.lines if line.name.endswith("mesh-seed-address-port")]
        yield from _too_many(seeds, limit(reading.version, "mesh-seeds"), "mesh seeds")
    most = limit(reading.version, "addresses")
    for section in reading.network.values():
        for name in section.last:
            if name.endswith("address") or name == "tls-authenticate-client":
                yield from _too_many([line.path for line in section.lines_of(name)], most, f"values of {name}")


def _too_many(paths: list[Path], most: int, what: str) -> Iterator[StartProblem]:
    if len(paths) > most:
        yield paths[most], f"{len(paths)} {what} are more than the server takes", f"at most {most}"


def _number(section: Section, name: str, default: int) -> int | None:
    line = section.line(name)
    return default if line is None else values.unsigned(line.value)
