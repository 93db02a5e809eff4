"""CODEOWNERS: the approvers of every definition file, from the owners in the cells' definitions."""

from __future__ import annotations

from aerofleet.settings.source import LINKS, STACKS, CellSource
from aerofleet.settings.tiers import TIERS

CODE = ("/.gitlab/", "/.gitlab-ci.yml", "/Makefile", "/Pulumi.yaml", "/__main__.py", "/requirements.txt", "/wheels/")
"""What runs in a pipeline, with its secrets."""
SHARED = (f"/{TIERS}/", f"/{LINKS}", "/policies/", "/.github/", *CODE)
"""Files whose content affects every cell, or the approvals themselves."""
EXCEPTIONS = ("waivers.yaml", "approvals.yaml")
"""Files of a cell with which something passes although a policy stops it; they may have approvers of their own."""
HEADER = """\
# Written by `aerofleet generate` from `owners` in cell.yaml and tenants.yaml.
# The last line that fits a file counts: what a team may change stands below what the platform keeps.
"""


def owners_text(sources: list[CellSource]) -> str:
    """Return the text of CODEOWNERS; empty if no definition names an owner."""
    platform, teams = [], []
    every = dict.fromkeys(owner for source in sources if source.cell for owner in source.cell.file.owners)
    if every:
        platform += [f"{folder} {' '.join(every)}" for folder in SHARED]
    for source in sources:
        folder = f"/{STACKS.as_posix()}/{source.name}"
        if source.cell is not None and source.cell.file.owners:
            platform.append(f"{folder}/ {' '.join(source.cell.file.owners)}")
        if source.cell is not None and (approvers := source.cell.file.policy.approvers):
            platform += [f"{folder}/{name} {' '.join(approvers)}" for name in EXCEPTIONS]
        granted = source.tenants.file.teams if source.tenants is not None else {}
        teams += [
            f"{folder}/teams/{team}.yaml {' '.join(tenant.owners)}" for team, tenant in granted.items() if tenant.owners
        ]
    return HEADER + "".join(f"{line}\n" for line in [*platform, *teams]) if platform or teams else ""
