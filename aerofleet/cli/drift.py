"""`aerofleet drift`: compare the definitions with the API server, and with the settings of the running servers."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.findings import add_format, add_selection, left_out, print_findings, selection_of
from aerofleet.cli.node_access import add_node_access, check_node_access, node_access
from aerofleet.findings import Finding
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import FailureError
from aerofleet.fleet.lookup import all_cells, resolved_cell
from aerofleet.fleet.stack_name import stack_names

EPILOG = """exit code: 0 no drift, or notes only (info); 1 drift, or something could not be read; 2 a mistake in the
definitions; only the selected rules count"""


def run(argv: Sequence[str]) -> ExitCode:
    options = _arguments(argv)
    selection = selection_of(options)
    stacks = options.stack or [
        str(stack) for cell in all_cells(options.root) for stack in stack_names(resolved_cell(options.root, cell))
    ]
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.drift import drift_of_stack

    access = node_access(options)
    found: list[Finding] = []
    for stack in stacks:
        found += drift_of_stack(options.root, stack, access, asks_nodes=options.nodes)
    findings = selection.of_findings(found)
    print_findings(findings, options.format, of_input=False)
    if options.format == "text":
        sys.stdout.write(_summary(stacks, findings, left_out(len(found) - len(findings)), options.nodes))
    if options.post:
        sys.stdout.flush()
        _post(options, stacks, findings)
    return drift_exit_code(findings)


def _post(options: argparse.Namespace, stacks: Sequence[str], findings: Sequence[Finding]) -> None:
    """Keep the issue. A failure of the forge neither hides nor changes what was found."""
    from aerofleet.forge.drift_issue import post_drift, text_of
    from aerofleet.forge.status import job_url

    text = text_of(stacks, options.stack, findings, job_url(options.post, os.environ))
    try:
        line = post_drift(options.post, os.environ, options.repository, text)
    except FailureError as error:
        line = f"warning: the issue about drift could not be kept: {error}"
    sys.stderr.write(f"aerofleet drift: {line}\n")


def drift_exit_code(findings: Sequence[Finding]) -> ExitCode:
    """Return FINDINGS for any finding but a note."""
    return ExitCode.FINDINGS if any(finding.severity != "info" for finding in findings) else ExitCode.FINE


def _summary(stacks: Sequence[str], findings: Sequence[Finding], others: str, nodes: bool) -> str:
    count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}" if findings else "no drift"
    unasked = "" if nodes else "; the settings of the nodes were not compared (--no-nodes)"
    return f"{', '.join(stacks)}: {count}{others}{unasked}\n"


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="aerofleet drift",
        description="Compare what the definitions make with the API server, and with the settings of the running"
        " servers: values that somebody changed or added, and who did; objects that are gone, and those that nobody"
        " makes any more. Each finding has the way back, and what it does. Writes nothing.",
        epilog=EPILOG,
    )
    parser.add_argument("stack", nargs="*", help="for example local or prod.platform; without one, every stack")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    nodes = "compare the objects only, for a machine that can't reach the nodes"
    parser.add_argument("--no-nodes", dest="nodes", action="store_false", help=nodes)
    add_node_access(parser)
    post = (
        "keep one issue about the findings, with the token in GITHUB_TOKEN or GITLAB_TOKEN: opened where there is"
        " drift, updated in place, closed when it is gone. If that fails, the exit code is the same"
    )
    parser.add_argument("--post", choices=("github", "gitlab"), help=post)
    parser.add_argument("--repository", metavar="OWNER/NAME", help="with --post: another than that of the CI job")
    add_format(parser)
    add_selection(parser)
    options = parser.parse_args(argv)
    if options.repository and not options.post:
        parser.error("--repository names what --post writes to")
    if options.post and (options.only or options.skip):
        parser.error("--post reports everything: it goes with neither --only nor --skip")
    check_node_access(parser, options)
    return options
