"""Owns the `aerofleet` command: one module a verb, loaded only when its verb is called.

A verb parses its arguments, calls one function of another package, and prints. Must not be imported by any package, and
must not import components.

Dispatch is a table and not a command framework, because `aerofleet verdict` has to start faster than such a
framework imports. Each module has ``run(argv) -> exit code`` and is free to use typer inside.
"""

from __future__ import annotations

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
    "local": "`aerofleet local status` says what runs",
}
"""Verb → what a person wants to know after Ctrl-C, where that is more than that the verb has ended."""


class Verb(NamedTuple):
    module: str
    summary: str


VERBS: dict[str, Verb] = {
    "check": Verb("aerofleet.cli.check", "everything that is wrong with the definitions"),
    "render": Verb("aerofleet.cli.render", "the Kubernetes objects of a cell"),
    "explain": Verb("aerofleet.cli.explain", "where a value of a cluster comes from"),
    "new-team": Verb("aerofleet.cli.new_team", "add a team to a cell"),
    "new-cluster": Verb("aerofleet.cli.new_cluster", "add a cluster to a team"),
    "generate": Verb("aerofleet.cli.generate", "write allocations, CODEOWNERS, schemas, reference pages"),
    "schema": Verb("aerofleet.cli.schema", "the JSON Schema of a definition file"),
    "verdict": Verb("aerofleet.cli.verdict", "what the operator answers, JSON lines in and out"),
    "lint": Verb("aerofleet.cli.lint", "judge raw AerospikeCluster files"),
    "diff": Verb("aerofleet.cli.diff", "what the operator does between two AerospikeCluster files"),
    "preflight": Verb("aerofleet.cli.preflight", "does the Kubernetes cluster have what a cell needs?"),
    "wait": Verb("aerofleet.cli.wait", "has the operator finished? and is the database well?"),
    "recover": Verb("aerofleet.cli.recover", "make a stack usable again after a run that crashed"),
    "stacks": Verb("aerofleet.cli.stacks", "a cell's stacks in order; move a team, end an ephemeral cell"),
    "size": Verb("aerofleet.cli.size", "how large a cluster has to be for a workload, and why"),
    "env": Verb("aerofleet.cli.env", "shell exports for plain `pulumi`"),
    "local": Verb("aerofleet.cli.local", "the embedded control plane: up, down, status"),
}


def usage() -> str:
    width = max(len(name) for name in VERBS)
    verbs = "\n".join(f"  {name:<{width}}  {verb.summary}" for name, verb in VERBS.items())
    more = "aerofleet VERB --help tells more about one verb; aerofleet --version the version."
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
