"""`aerofleet verdict`: answer questions about the operator and the server, as JSON lines on standard input and output.

The answer to a line that is not a question is an error with the number of the line; the other lines are still answered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from aerofleet.analysis.verdict import QuestionError, answer
from aerofleet.findings.exit_code import ExitCode

HELP = """\
usage: aerofleet verdict < QUESTIONS > ANSWERS

Every line of QUESTIONS is a JSON object, and gets one line of ANSWERS.

What does the operator do? Optional in each: the release that judges, "operator": "4.4.1"
  {"verb": "create", "spec": CR}
  {"verb": "update", "old": CR, "new": CR}
      optional: "statusFrom" (a CR), "statusPatch" (a JSON merge patch), "failedPods" (names)
  {"verb": "restart", "old": CR, "new": CR}
  {"verb": "rollout", "old": CR, "new": CR}
      the steps, in order; "old": null for a first creation, "new": null for a deletion
      optional: those of an update, and "facts", what no file shows: lists of pods in "crashing", "unplaced",
      "execFails", "evicting", "healing", "slow"; pod to node in "nodes"; "unlucky": true
  {"verb": "effect", "version": "8.1.1", "old": aerospikeConfig, "new": aerospikeConfig}

Does the server start with this configuration?
  {"verb": "start", "version": "8.1.1.1", "aerospikeConfig": {...}}
      optional: "previous" (aerospikeConfig) and "previousVersion" of the server that used the devices before;
      then also: does the new server lose records?

What does a running server answer to a live setting?
  {"verb": "live", "version": "8.1.1.1", "context": "service", "parameter": "info-threads", "from": "16", "to": "0"}
      optional: "before", the list of settings that it got before

exit code: 0 every line was answered, 1 a line is not a question
"""


def run(argv: Sequence[str]) -> int:
    if argv:
        asks_help = argv[0] in ("-h", "--help")
        (sys.stdout if asks_help else sys.stderr).write(HELP)
        return ExitCode.FINE if asks_help else ExitCode.MISTAKE
    failed = False
    for text in answers(sys.stdin.buffer):
        failed = failed or text.startswith('{"error"')
        sys.stdout.write(text + "\n")
    return ExitCode.FINDINGS if failed else ExitCode.FINE


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield an answer for every line that is not blank."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield json.dumps(answered(line, number), separators=(",", ":"))


def answered(line: bytes, number: int) -> dict[str, Any]:
    """Return the answer to a line, or an error that names the line."""
    try:
        return answer(json.loads(line, parse_constant=_no_constant))
    except QuestionError as error:
        return {"error": f"line {number}: {error}"}
    except RecursionError:
        return {"error": f"line {number}: nested too deeply"}
    except ValueError as error:
        return {"error": f"line {number} is not readable JSON: {error}"}


def _no_constant(name: str) -> NoReturn:
    raise QuestionError(f"{name} is not JSON")
