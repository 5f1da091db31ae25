import os

from django.core.wsgi import get_wsgi_application

import config.celery  # noqa: F401 - what asks for work rings with it
from config import instance

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if instance.is_embedded():
    instance.join()
application = get_wsgi_application()
