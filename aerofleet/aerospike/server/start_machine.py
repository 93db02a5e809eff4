"""Start rules whose outcome the host decides as well: file limits, kernel settings, CPUs and their network interfaces.

Source: aerospike-server, cfg.c (as_config_post_process, cfg_best_practices_check), hardware.c, os.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from aerofleet.aerospike.server import values
from aerofleet.aerospike.server.file import Line, Reading
from aerofleet.aerospike.server.rule import StartProblem, start_rule
from aerofleet.aerospike.server_files import CONFIG, SERVER
from aerofleet.units.version import Range

USUAL_OPEN_FILES = 1 << 20
"""What container runtimes grant a process where nobody raised it. Source: Linux, the default of fs.nr_open."""

KERNEL_SETTINGS = "max_map_count, min_free_kbytes, swappiness, zone_reclaim_mode, somaxconn, transparent huge pages"
"""What the server checks of the host. Source: aerospike-server 8.1, os.c (cf_os_best_practices_checks)."""


@start_rule(
    "open-files",
    source=f"{CONFIG}: as_config_post_process; Linux, the limit of open files that a container runtime sets",
    severity="severe",
    remedy=f"at most {USUAL_OPEN_FILES}, or a higher nofile limit of the container runtime",
)
def open_files(reading: Reading) -> Iterator[StartProblem]:
    """The value of proto-fd-max is above the limit of open files that the container runtime sets; the operator can't
    set it.
    """
    for line in _service_lines(reading, "proto-fd-max"):
        wanted = values.unsigned(line.value)
        if wanted is not None and wanted > USUAL_OPEN_FILES:
            message = f"proto-fd-max {line.value} needs as many open files: with fewer the server stops at its start"
            yield line.path, message, open_files.remedy


@start_rule(
    "best-practices",
    source=f"{CONFIG}: cfg_best_practices_check; {SERVER}, cf/src/os.c: cf_os_best_practices_checks",
    severity="severe",
    remedy="enforce-best-practices: false, or hosts that are checked for all of them",
)
def best_practices(reading: Reading) -> Iterator[StartProblem]:
    """With enforce-best-practices a server stops where the host's kernel settings or the number of service threads are
    not as it wants them.
    """
    for line in _enforced(reading):
        message = f"the server stops at its start unless every host has its kernel settings ({KERNEL_SETTINGS})"
        yield line.path, message, best_practices.remedy


@start_rule("best-practices-admin-port", source=f"{CONFIG}: cfg_best_practices_check", server=Range("8.1"))
def best_practices_admin_port(reading: Reading) -> Iterator[StartProblem]:
    """With enforce-best-practices there is an admin port."""
    admin = reading.network.get("admin")
    has_port = admin is not None and (admin.line("port") or admin.line("tls-port"))
    for line in _enforced(reading) if not has_port else ():
        yield (
            line.path,
            "enforce-best-practices is true and there is no admin port",
            "network.admin with a port, or false",
        )


@start_rule("auto-pin-interface", source=f"{SERVER}, cf/src/hardware.c: optimize_interfaces")
def auto_pin_interface(reading: Reading) -> Iterator[StartProblem]:
    """With auto-pin to cpu or numa every address of network.service is the name of a network interface."""
    service = reading.network.get("service")
    addresses = service.lines_of("address") if service is not None else []
    for line in _service_lines(reading, "auto-pin"):
        if line.value not in ("cpu", "numa"):
            continue
        if not addresses:
            message = f"auto-pin {line.value} and network.service has no addresses: they must name network interfaces"
            yield line.path, message, "auto-pin none, or addresses such as eth0"
        for address in addresses:
            if not _may_be_interface(address.value):
                message = f"auto-pin {line.value} and the address {address.value} is no network interface"
                yield address.path, message, "the name of an interface, such as eth0"


def _may_be_interface(address: str) -> bool:
    try:
        ip_address(address)
    except ValueError:
        return address != "any"
    return False


def _service_lines(reading: Reading, name: str) -> list[Line]:
    """Return the last line of that name of every service section: the one that counts."""
    lines = [section.line(name) for section in reading.file.sections_of("service")]
    return [line for line in lines if line is not None]


def _enforced(reading: Reading) -> list[Line]:
    return [line for line in _service_lines(reading, "enforce-best-practices") if values.boolean(line.value)]
