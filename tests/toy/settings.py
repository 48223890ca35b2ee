"""The house with one room more. What an installation says of its rooms is said here, and nothing else."""

from __future__ import annotations

from helpdesk.settings import *  # noqa: F403
from helpdesk.settings import INSTALLED_APPS, REPLY_GATES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.toy"]
REPLY_GATES = [*REPLY_GATES, "tests.toy.gate.no_glue"]
