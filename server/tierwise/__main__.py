"""`python -m tierwise` is the console script."""

from tierwise.cli.main import main

main()
