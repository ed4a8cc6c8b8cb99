"""Start the command `headgate`; imports come later, so that Ctrl-C never prints a traceback."""

import sys

_INTERRUPTED = 130  # 128 and the signal's number. Source: POSIX shells' convention


def main() -> None:
    """Load the command and run it."""
    try:
        from headgate.cli.main import run_command as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(_INTERRUPTED)
