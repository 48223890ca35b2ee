#!/usr/bin/env python
"""Django's command line for Helpdesk."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        _ = settings.INSTALLED_APPS
    except ImproperlyConfigured as mistakes:
        sys.exit(f"\nThe environment is not fit to start with:\n\n{mistakes}\n\n.env.example explains every variable.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
