"""`python -m tests.judged`: the demo's studio, played into a database of its own, and what the queries find there on both engines."""

from __future__ import annotations

import sys

from tests.own_database import run_in_its_own_database

sys.exit(run_in_its_own_database("tests.judged.inside", name="helpdesk_judged"))
