"""Owns the server's own rules by version: the configurations that it refuses at its start, loses records over, or
refuses to change live; and the reading of a configuration as the server's text file.

Must not import the operator (`aerofleet.ako`): what the operator adds by itself (cluster-name, node-id, the mesh mode
of the heartbeat, addresses) may be missing from a configuration, and no rule asks for it.

Source of the rules: the public source of aerospike-server, 6.0 to 8.1.2 (`as/src/base/cfg.c` and what it calls),
checked against recorded answers of servers 8.1.1.1 and 8.1.2.0.
"""

from aerofleet.aerospike.server.file import Path
from aerofleet.aerospike.server.rule import StartFault, StartRule
from aerofleet.aerospike.server.start import RULES as START_RULES
from aerofleet.aerospike.server.start import start_faults, start_findings

__all__ = ["START_RULES", "Path", "StartFault", "StartRule", "start_faults", "start_findings"]
