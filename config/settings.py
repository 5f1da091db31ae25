"""Django's settings: one file, all variation from the environment.

DATABASE_URL, DATABASE_OWNER_URL   a real server; without them the embedded one (instance.py)
DATABASE_AUDITOR_URL               the auditor's connection, optional
TONGFA_SCHEMA                      the schema of the tables, when it is not `public`
TONGFA_HOME                        the folder of the embedded instance (.tongfa)
TONGFA_DEMO                        1: plain HTTP and demo data allowed (default: embedded only)
TONGFA_LANGUAGE                    zh-hans or en
TONGFA_HOSTS                       the host names served, separated by commas
TONGFA_STATIC_ROOT                 where collectstatic puts files
TONGFA_BEHIND_PROXY                1: trust X-Forwarded-Proto of the proxy in front
TONGFA_BROKER_URL                  the broker of the workers: redis://... or amqp://... (default: an embedded one)
TONGFA_BANK_FOLDER                 where files are laid for the bank and taken from it (bank/ in TONGFA_HOME)
TONGFA_CHANNELS                    a folder of files that describe the channels to the bank (default: those shipped)
TONGFA_WORKERS                     how many jobs a worker does at a time (2)
TONGFA_LEASE_SECONDS               how long a worker that is lost keeps its job (30)
TONGFA_STOP_SECONDS                how long a worker that is told to end may finish its job before it gives it back (60)
TONGFA_JOB_FILE_DAYS               how long the files of jobs that ended are kept (7)
SECRET_KEY, DEBUG                  as in Django
"""

import importlib.util
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import instance, roles

BASE_DIR = Path(__file__).resolve().parent.parent

if importlib.util.find_spec("psycopg") is not None:
    # Django takes psycopg 3 before psycopg2 without a word, and our COPY is written for psycopg2.
    raise ImproperlyConfigured(
        "psycopg 3 is installed, and Django would silently use it instead of psycopg2. "
        "Uninstall it (pip uninstall psycopg), or make a clean environment: make setup"
    )


def read_switch(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").lower()
    if value not in ("", "0", "1", "false", "true", "no", "yes"):
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")
    return value in ("1", "true", "yes") if value else default


def read_count(name: str, *, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or int(value) == 0:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a number above 0.")
    return int(value)


def read_database(url: str) -> dict[str, Any]:
    """Return Django's form of a libpq URI: postgresql://user:password@host:5432/name?sslmode=..."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            "DATABASE_URL, DATABASE_OWNER_URL and DATABASE_AUDITOR_URL are written "
            f"postgresql://user:password@host:5432/name, not {parts.scheme}://..."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if SCHEMA:
        options["options"] = f"{options.get('options', '')} -c search_path={SCHEMA}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,  # acts open their own transactions
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


EMBEDDED = instance.is_embedded()
DEMO = read_switch("TONGFA_DEMO", default=EMBEDDED)
DEBUG = read_switch("DEBUG", default=False)

SCHEMA = os.environ.get("TONGFA_SCHEMA", "")
if SCHEMA and not re.fullmatch(r"[a-z_][a-z0-9_]*", SCHEMA):
    raise ImproperlyConfigured(f"TONGFA_SCHEMA is {SCHEMA!r}: use small letters, digits and underscores.")

# The app role works; the owner role migrates (manage.py setup) and need not be known to a web
# server; the auditor role reads.
if EMBEDDED:
    place = instance.locate()
    DATABASES = {
        "default": read_database(place.dsn(role=roles.APP)),
        "owner": read_database(place.dsn(role=roles.OWNER)),
        "auditor": read_database(place.dsn(role=roles.AUDITOR)),
    }
else:
    urls = {
        "default": os.environ["DATABASE_URL"],
        "owner": os.environ.get("DATABASE_OWNER_URL"),
        "auditor": os.environ.get("DATABASE_AUDITOR_URL"),
    }
    DATABASES = {alias: read_database(url) for alias, url in urls.items() if url}

# Where the demo leaves its lists and documents.
DEMO_FOLDER = instance.locate().home / "demo_out"

AUDITOR_ROLE = DATABASES["auditor"]["USER"] if "auditor" in DATABASES else roles.AUDITOR

SECRET_KEY = os.environ.get("SECRET_KEY") or (instance.read_secret_key() if EMBEDDED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random text, and keep it secret.")

INSTALLED_APPS = [
    "web",
    "month",
    "audit",
    "imports",
    "payouts",
    "treasury",
    "ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.access.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.navigation.bar",
            ],
        },
    },
]

AUTH_USER_MODEL = "ledger.Officer"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = os.environ.get("TONGFA_LANGUAGE") or "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"TONGFA_LANGUAGE is {LANGUAGE_CODE!r}: write zh-hans or en.")
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("TONGFA_STATIC_ROOT") or (None if DEMO else BASE_DIR / "static_root")
WHITENOISE_USE_FINDERS = DEMO  # a demo serves the files where they are, without collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

hosts = os.environ.get("TONGFA_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO else "")
ALLOWED_HOSTS = [host.strip() for host in hosts.split(",") if host.strip()]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEMO
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # the load balancer asks without TLS
if read_switch("TONGFA_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

TONGFA_BANK_FOLDER = os.environ.get("TONGFA_BANK_FOLDER") or str(instance.locate().home / "bank")
TONGFA_CHANNELS = os.environ.get("TONGFA_CHANNELS", "")

# The queue only rings; a job that is lost in it is found by the sweeper.
CELERY_BROKER_URL = os.environ.get("TONGFA_BROKER_URL") or (
    f"redis+socket://{instance.locate().broker_socket}" if EMBEDDED else "memory://"
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Who asks for work rings once: a broker that does not answer costs nobody more than that.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the lease brings work back, not the broker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "month.tasks.ring_for_waiting_jobs", "schedule": 5.0, "options": {"expires": 60}},
    "files": {"task": "month.tasks.forget_job_files", "schedule": 3600.0},
}
JOB_LEASE_SECONDS = read_count("TONGFA_LEASE_SECONDS", default=30)
JOB_FILE_DAYS = read_count("TONGFA_JOB_FILE_DAYS", default=7)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
