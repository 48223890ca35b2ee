"""What a worker includes (`celery -I tests.bench.six`) to have the six listeners of the reaction's scene."""

from __future__ import annotations

from tests.bench.ears import listen

listen()
