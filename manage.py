#!/usr/bin/env python
"""Command-line entry of gridgov."""

import os
import sys


def main() -> None:
    """Run a management command with the development settings unless others are named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
