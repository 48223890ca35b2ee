"""The judging process: started in an environment that names its database."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from helpdesk.demo.load.loop import load, odd_mails, unwelcome  # noqa: E402
from tests.judged.desk import index_for_elasticsearch, index_for_postgres  # noqa: E402
from tests.judged.measure import asked_of, judge  # noqa: E402
from tests.judged.queries import COUNT, QUERIES, SEED, UNTIL  # noqa: E402
from tests.judged.reading import pages  # noqa: E402
from tests.judged.report import report  # noqa: E402
from tests.search_server import one_for_the_run  # noqa: E402

RUNS = 3


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    _tell("Playing the demo …")
    load(count=COUNT, seed=SEED, until=UNTIL, tell=_tell)
    odd_mails(UNTIL)
    unwelcome(UNTIL)
    index_for_postgres()
    read = pages()
    asked = list(asked_of(read, QUERIES))
    _tell("Asking PostgreSQL …")
    verdicts = {"PostgreSQL": judge(asked, "postgres", runs=RUNS)}
    _tell("Asking Elasticsearch …")
    with tempfile.TemporaryDirectory() as folder, one_for_the_run(Path(folder)) as url, index_for_elasticsearch(url):
        verdicts["Elasticsearch"] = judge(asked, "elasticsearch", runs=RUNS)
    print(report(verdicts, read))


main()
