"""The queue: a doorbell for jobs that PostgreSQL holds. ``celery -A config.celery worker -B`` works them off."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tongfa")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["month"])
