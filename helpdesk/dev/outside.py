"""Servers of somebody else, named by DATABASE_URL and REDIS_URL: asked once before anything starts, so that a mistake is one sentence."""

from __future__ import annotations

import psycopg
import redis

from helpdesk.dev.trouble import Trouble

PATIENCE = 5  # seconds


def demand_database(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE) as link:
            link.execute("SELECT 1")
    except psycopg.Error as error:
        raise Trouble(f"The PostgreSQL that DATABASE_URL names does not answer: {_first_line(error)}") from None


def demand_broker(url: str) -> None:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        return  # RabbitMQ: the worker will say
    try:
        with redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as link:
            link.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise Trouble(f"The Valkey or Redis that REDIS_URL names does not answer: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
