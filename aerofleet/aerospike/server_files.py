"""The files of the server in which the facts of rules are: the start of a source, ``f"{CONFIG}: as_config_init"``.

The public source is that of the Community Edition.
"""

SERVER = "aerospike-server 8.1.2"
CONFIG = f"{SERVER}, as/src/base/cfg.c"
CONFIG_SINCE_6 = "aerospike-server 6.0 to 8.1.2, as/src/base/cfg.c"
LIVE_CONFIG = f"{SERVER}, as/src/base/cfg_info.c"
NAMESPACE = f"{SERVER}, as/src/base/namespace.c"
SUPERVISOR = f"{SERVER}, as/src/base/nsup.c"
PARTITION_BALANCE = f"{SERVER}, as/src/fabric/partition_balance.c"
DEVICES = f"{SERVER}, as/src/storage/drv_ssd.c"
MEMORY = f"{SERVER}, as/src/storage/drv_mem.c"
