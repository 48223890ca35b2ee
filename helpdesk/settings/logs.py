"""Structured logs: one JSON object a line in production, readable lines elsewhere; request and task ids on each."""

from __future__ import annotations

from typing import Any

import structlog

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_config(*, json: bool, level: str) -> tuple[dict[str, Any], bool]:
    """Configure structlog and return the dict for Django's LOGGING (and True, so that the call reads as what it does)."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {"no_secret_paths": {"()": "helpdesk.web_log.NoSecretPaths"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["no_secret_paths"]}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["out"], "level": "WARNING", "propagate": False},
            "celery.beat": {"level": "WARNING"},
            "django_structlog.celery": {"level": "DEBUG" if level == "DEBUG" else "WARNING"},  # else two lines for each tick of the beat
            "elastic_transport": {"level": "WARNING"},  # else a line for each call
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
    return config, True
