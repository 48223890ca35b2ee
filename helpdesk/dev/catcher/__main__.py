"""`python -m helpdesk.dev.catcher`: both servers in one process, until it is asked to end."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from types import FrameType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

from helpdesk.dev.catcher.pages import Pages
from helpdesk.dev.catcher.smtp import serve
from helpdesk.dev.catcher.store import Store
from helpdesk.dev.ports import HOST


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing about requests that went well."""

    timeout = 30

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code).startswith("5"):
            super().log_request(code, size)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m helpdesk.dev.catcher")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--smtp-port", type=int, default=1025)
    options = parser.parse_args()

    django.setup()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line it hears
    store = Store(Path(settings.LOCAL_DIR) / "catcher").open()
    controller = serve(store, HOST, options.smtp_port)
    signal.signal(signal.SIGTERM, _end)
    try:
        with make_server(HOST, options.port, Pages(store, desk_url=settings.DESK_URL), server_class=Server, handler_class=Quiet) as server:
            server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        controller.stop()


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
