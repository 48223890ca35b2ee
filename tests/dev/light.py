"""`python tests/dev/light.py FOLDER`: the supervisor over PostgreSQL, Valkey and the catcher; no tables, so it stands in two seconds."""

from __future__ import annotations

import sys
from pathlib import Path

from helpdesk.dev.instance import Instance
from helpdesk.dev.supervisor import Supervisor


class Light(Instance):
    def migrate(self) -> None:
        """There is nothing to bring up to date."""


if __name__ == "__main__":
    Supervisor(Light(Path(sys.argv[1]), parts=("catcher",)), demo_data=False).run()
