"""`python tests/dev/light.py FOLDER`: the supervisor over PostgreSQL, Valkey and the mail server; no tables, so it is up in two seconds."""

from __future__ import annotations

import sys
from pathlib import Path

from helpdesk.dev.instance import Instance
from helpdesk.dev.supervisor import Supervisor


class Light(Instance):
    def migrate(self) -> None:
        """There is nothing to bring up to date."""


if __name__ == "__main__":
    Supervisor(Light(Path(sys.argv[1]), parts=("smtp",)), demo_data=False).run()
