"""`python -m tests.bench`: all measurements, as a table."""

from __future__ import annotations

import sys

from tests.bench.run import main

sys.exit(main())
