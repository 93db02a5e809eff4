"""`aerofleet verdict`: questions as JSON lines on standard input, answers as JSON lines on standard output.

A line that is no question is answered with an error that names it; the others are still answered.
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

One JSON object a line:
  {"verb": "create", "spec": CR}
  {"verb": "update", "old": CR, "new": CR}      may carry statusFrom (a CR), statusPatch (a JSON merge
                                                patch) and failedPods (names)
  {"verb": "restart", "old": CR, "new": CR}
  {"verb": "effect", "version": "8.1.1", "old": aerospikeConfig, "new": aerospikeConfig}
  each of these may name the operator release that judges: "operator": "4.4.1"
  {"verb": "start", "version": "8.1.1.1", "aerospikeConfig": {...}}      does the server itself start with it?
      with "previous" (aerospikeConfig) and "previousVersion": on what that server left; does it lose records?
  {"verb": "live", "version": "8.1.1.1", "context": "service", "parameter": "info-threads", "from": "16",
   "to": "0"}                                   what does a running server answer? may carry before (steps)

exit code: 0 every line was answered, 1 some lines were no questions
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
        return {"error": f"line {number}: not JSON that can be read: {error}"}


def _no_constant(name: str) -> NoReturn:
    raise QuestionError(f"{name} is no JSON")
