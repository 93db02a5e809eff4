"""The policy pack of the project: `pulumi preview --policy-pack policies`."""

from pathlib import Path

from components.policy_pack import make_policy_pack

make_policy_pack(Path(__file__).parents[1])
