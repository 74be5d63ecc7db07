#!/usr/bin/env python3
"""Django's own command line, for looking into a run by hand: `dj5.2 manage.py shell`."""
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
