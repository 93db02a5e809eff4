"""Owns the `aerofleet` command: one module a verb, loaded only when its verb is called.

A verb parses its arguments, calls one function of another package, and prints. Must not be imported by any package, and
must not import components.

Dispatch is a table and not a command framework, because `aerofleet verdict` has to start faster than such a
framework imports. Each module has ``run(argv) -> exit code``.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from aerofleet import __version__
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import StopError

AFTER_INTERRUPT: dict[str, str] = {
    "wait": "the roll-outs go on without it",
    "recover": "the same command again goes on from there",
    "deploy": "what was sent goes on without it; the same command again goes on from there",
    "local": "the same command again goes on from there; `aerofleet local status` shows what runs",
}
"""Verb → what a person has to know after Ctrl-C, beyond the end of the verb."""


COLLECTIONS = (50_000, 20, 20)
"""Thresholds of Python's garbage collection while a verb runs; measured with `check` of 170 clusters."""


class Verb(NamedTuple):
    module: str
    summary: str


VERBS: dict[str, Verb] = {
    "init": Verb("aerofleet.cli.init", "write a new project, or add a cell to one"),
    "check": Verb("aerofleet.cli.check", "report every mistake in the definitions"),
    "render": Verb("aerofleet.cli.render", "print the Kubernetes objects of a cell"),
    "explain": Verb("aerofleet.cli.explain", "print where a value of a cluster comes from"),
    "new-team": Verb("aerofleet.cli.new_team", "add a team to a cell"),
    "new-cluster": Verb("aerofleet.cli.new_cluster", "add a cluster to a team"),
    "generate": Verb("aerofleet.cli.generate", "write allocations, CODEOWNERS and schemas"),
    "upgrade": Verb("aerofleet.cli.upgrade", "bring the definition files to the format of this release"),
    "schema": Verb("aerofleet.cli.schema", "print the JSON Schema of a definition file"),
    "verdict": Verb("aerofleet.cli.verdict", "predict the operator's answers: JSON lines in, JSON lines out"),
    "lint": Verb("aerofleet.cli.lint", "judge raw AerospikeCluster files"),
    "diff": Verb("aerofleet.cli.diff", "predict what the operator does with a change of AerospikeCluster files"),
    "review": Verb("aerofleet.cli.review", "predict what a change of the definitions does to every cluster"),
    "drift": Verb("aerofleet.cli.drift", "compare the definitions with the API server and the running servers"),
    "preflight": Verb("aerofleet.cli.preflight", "report what a cell needs and the Kubernetes cluster lacks"),
    "wait": Verb("aerofleet.cli.wait", "wait until the operator has finished and the database is healthy"),
    "deploy": Verb("aerofleet.cli.deploy", "send what was merged and reviewed, wait for it, and record it"),
    "recover": Verb("aerofleet.cli.recover", "make a stack usable again after a run that crashed"),
    "stacks": Verb("aerofleet.cli.stacks", "list the stacks of a cell, move a team, destroy an ephemeral cell"),
    "size": Verb("aerofleet.cli.size", "print how large a cluster has to be for a workload, and why"),
    "pins": Verb("aerofleet.cli.pins", "print the requirements file of a project, from the wheel of a release"),
    "env": Verb("aerofleet.cli.env", "print shell exports for plain `pulumi`"),
    "completion": Verb("aerofleet.cli.completion", "print the completion of verbs, options and names for a shell"),
    "local": Verb("aerofleet.cli.local", "start, stop and show the embedded control plane; try a project on it"),
}


def usage() -> str:
    """Return the list of verbs that `aerofleet --help` prints."""
    width = max(len(name) for name in VERBS)
    verbs = "\n".join(f"  {name:<{width}}  {verb.summary}" for name, verb in VERBS.items())
    more = "`aerofleet VERB --help` explains a verb; `aerofleet --version` prints the version."
    return f"usage: aerofleet VERB [options]\n\n{verbs}\n\n{more}\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code. The only place that shows a StopError, an interrupt or a closed pipe."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or log without a letter for a character of a file shows its number instead.
            stream.reconfigure(errors="backslashreplace")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return ExitCode.FINE if arguments else ExitCode.MISTAKE
    if arguments[0] in ("-V", "--version", "version"):
        sys.stdout.write(f"aerofleet {__version__}\n")
        return ExitCode.FINE
    verb = VERBS.get(arguments[0])
    if verb is None:
        from difflib import get_close_matches

        near = get_close_matches(arguments[0], VERBS, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        sys.stderr.write(f"aerofleet: no verb '{arguments[0]}'{hint}\n\n{usage()}")
        return ExitCode.MISTAKE
    # A verb keeps nearly all that it builds, and soon ends: each full collection would walk the whole fleet again.
    gc.set_threshold(*COLLECTIONS)
    try:
        result: int = import_module(verb.module).run(arguments[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has what it wanted (`| head`). What is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FINE
    except StopError as error:
        sys.stderr.write(stop_text(arguments[0], error))
        return error.exit_code
    except KeyboardInterrupt:
        # A terminal has `^C` on the line.
        start = "\n" if sys.stderr.isatty() else ""
        after = AFTER_INTERRUPT.get(arguments[0], "")
        sys.stderr.write(f"{start}aerofleet {arguments[0]}: interrupted{'; ' if after else ''}{after}\n")
        return ExitCode.INTERRUPTED
    return result


def stop_text(verb: str, error: StopError) -> str:
    """Return the findings of ``error``, and its message with the verb before it."""
    from aerofleet.findings.formats.text import as_text

    message = error.message if error.findings else str(error)
    return as_text(error.findings) + (f"aerofleet {verb}: {message}\n" if message else "")
