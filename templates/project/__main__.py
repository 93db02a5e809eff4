"""The Pulumi program: the stack's name picks the cell, the definitions say the rest."""

import signal
from pathlib import Path

import pulumi

from aerofleet.engine.prepare import prepare
from components.refusal import refusals_logged
from components.stack import make_stack

# Pulumi's language host interrupts the program of a failed run. Python would print a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
with refusals_logged():
    root, is_preview = Path(__file__).parent, pulumi.runtime.is_dry_run()
    stack = prepare(root, pulumi.get_stack(), is_preview=is_preview, warn=pulumi.log.warn)
    make_stack(stack.name, stack.cell, stack.rendered)
