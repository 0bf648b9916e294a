"""`tierwise`: the console script.

Editors start `serve` and expect a fast answer, so it runs without importing the command framework.
The same holds for `statusline` and `hook`, which agents run again and again.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command of the command line. Exit codes: 0 done, 1 failed, 2 wrong usage."""
    if sys.argv[1:2] == ["serve"]:
        from tierwise.cli.serve import main as serve

        sys.exit(serve(sys.argv[2:]))
    if sys.argv[1:] == ["hook"]:
        from tierwise.cli.hook import main as hook

        sys.exit(hook())
    if sys.argv[1:] == ["statusline"]:
        from tierwise.cli.statusline import main as statusline

        sys.exit(statusline())
    from tierwise.cli import commands

    commands.main()


if __name__ == "__main__":
    main()
