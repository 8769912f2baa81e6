"""Lets `python -m landbridge` be the command `landbridge`."""

from landbridge.cli.main import main

if __name__ == "__main__":
    main()
