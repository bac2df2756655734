"""The command ``sim``: a thin face that parses, calls the library and prints.

Exit codes: 0 done; 1 a value that is present but wrong; 2 an unknown command or option or a missing
argument; 3 a run or a store failed; 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from typing import Any, NoReturn

import typer

from sim.cli.app import app
from sim.cli.output import report_error
from sim.errors import InputError, SimError

__all__ = ["app", "main"]

# typer names only BadParameter; the class it is made from is any mistake in using a command.
_UsageError: Any = typer.BadParameter.__mro__[1]


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(_exit_code(sys.argv[1:]))


def _exit_code(words: list[str]) -> int:
    """Run one command line and return its exit code; errors go to standard error."""
    as_json = "--json" in words
    try:
        code = typer.main.get_command(app).main(words, prog_name="sim", standalone_mode=False)
    except _UsageError as error:
        kind = "input" if _is_wrong_value(error) else "usage"
        report_error(kind, error.format_message(), as_json=as_json, usage=_usage(error))
        return 1 if kind == "input" else 2
    except InputError as error:
        report_error("input", str(error), error.problems, as_json=as_json)
        return 1
    except SimError as error:
        report_error("failure", str(error), as_json=as_json)
        return 3
    if code == 130:
        report_error("interrupted", "interrupted; nothing half-written is left", as_json=as_json)
    return int(code or 0)


def _is_wrong_value(error: Exception) -> bool:
    """Tell a value that is present but wrong from one that is missing."""
    return isinstance(error, typer.BadParameter) and type(error).__name__ != "MissingParameter"


def _usage(error: Exception) -> str | None:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "sim --help"


def _leave(number: int, _: object) -> NoReturn:
    """Leave on a request to end, through every clean-up on the way."""
    sys.exit(128 + number)
