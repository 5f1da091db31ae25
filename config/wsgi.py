import os

from django.core.wsgi import get_wsgi_application

from config import instance

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if instance.is_embedded():
    instance.join()
application = get_wsgi_application()
