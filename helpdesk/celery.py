"""The Celery application: json only, four queues."""

from __future__ import annotations

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport.redis import Channel

from helpdesk.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

# A worker that loses its broker would put back what it had fetched, over a connection that is gone, and die of it. Sweeps know better.
Channel.do_restore = False

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.steps["worker"].add(DjangoStructLogInitStep)  # task and request ids on what a worker logs
app.autodiscover_tasks()
