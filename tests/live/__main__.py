"""Deeds from the standard input, one JSON line each; an answer line each on the standard output. The desk's environment must be set."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

import django
from django.db import close_old_connections


def main() -> None:
    django.setup()
    deeds = importlib.import_module(sys.argv[1])  # rows can be named only after the set-up
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what others print must not stand among the answers
    for line in sys.stdin:
        asked = json.loads(line)
        close_old_connections()
        try:
            answer = {"done": getattr(deeds, asked["deed"])(**asked["words"])}
        except Exception:  # the test says what it makes of it
            answer = {"trouble": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
