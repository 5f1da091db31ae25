"""Settings of the peer: django-hordak on the same server, in a database of its own."""

import os
from urllib.parse import parse_qsl, urlsplit

url = urlsplit(os.environ["DATABASE_OWNER_URL"])

SECRET_KEY = "of the benchmarks"
INSTALLED_APPS = ["django.contrib.contenttypes", "mptt", "hordak"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": url.username,
        "HOST": dict(parse_qsl(url.query))["host"],
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
CURRENCIES = ("CNY",)
DEFAULT_CURRENCY = HORDAK_INTERNAL_CURRENCY = "CNY"
