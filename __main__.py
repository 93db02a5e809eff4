"""The Pulumi program: the stack's name picks the cell, the definitions say the rest."""

from pathlib import Path

import pulumi

from components.program import deploy

deploy(Path(__file__).parent, pulumi.get_stack())
