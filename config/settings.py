"""Django's settings: one file, all variation from the environment.

DATABASE_URL, DATABASE_OWNER_URL   a real server; without them the embedded one (instance.py)
DATABASE_AUDITOR_URL               the auditor's connection, optional
TONGFA_SCHEMA                      the schema of the tables, when it is not `public`
TONGFA_HOME                        the folder of the embedded instance (.tongfa)
TONGFA_DEMO                        1: plain HTTP and demo data allowed (default: embedded only)
TONGFA_LANGUAGE                    zh-hans or en
TONGFA_HOSTS                       the host names served, separated by commas
TONGFA_STATIC_ROOT                 where collectstatic puts files
TONGFA_BEHIND_PROXY                1: trust X-Forwarded-Proto and the last X-Forwarded-For of the proxy in front
TONGFA_TOTP                        required: releasers, administrators and the bureau head need a second factor
                                   (default, but on a demo), or optional
TONGFA_METRICS_TOKEN               what Prometheus sends to read /metrics from elsewhere (Authorization: Bearer ...)
TONGFA_UPLOAD_MB                   how large an uploaded file may be (50)
TONGFA_WEB_WORKERS, TONGFA_BIND, TONGFA_PROXY_ADDRESSES   see config/gunicorn.py
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
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
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
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "web.security.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "web.security.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "web.security.kept_forms.KeptFormMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "web.security.bounds.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "web.security.bounds.TextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.security.sessions.SessionLimitsMiddleware",
    "web.rows.RowsMiddleware",
    "web.security.gates.GateMiddleware",
    "web.access.AccessMiddleware",
    "web.officer_names.NamesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.security.confirming.FreshMiddleware",
    "web.security.bounds.PolicyMiddleware",
    "web.security.bounds.MethodMiddleware",
    "axes.middleware.AxesMiddleware",
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

# What is told to an officer stays in the session, out of cookies.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTH_USER_MODEL = "ledger.Officer"
AUTHENTICATION_BACKENDS = ["web.security.lock_out.LockOut", "month.held_posts.HeldPosts"]
VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{VALIDATORS}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    {"NAME": f"{VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATORS}.NumericPasswordValidator"},
    {"NAME": "web.security.passwords.NotUsedLately"},
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
SECURE_SSL_REDIRECT = not DEMO
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
# To be on the browsers' own lists is the bureau's decision for its domain, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # machines ask without TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY = read_switch("TONGFA_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# A browser sends a cookie named __Host- only over TLS, to this host alone.
cookie = "tongfa" if DEMO else "__Host-tongfa"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = (
    f"{cookie}_{use}" for use in ("session", "csrf", "language")
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a message leads to the page
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 36_000  # web/security/sessions.py ends sessions; this ends their cookies
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "web.operations_pages.csrf_refused"

# Five failures of a user name from an address: web/security/lock_out.py.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "web.security.addresses.address_of"
AXES_USERNAME_CALLABLE = "web.security.lock_out.counted_name"
AXES_LOCKOUT_CALLABLE = "web.security.lock_out.locked_out_page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password", "next", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True  # the trail has the sign-ins
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

TOTP = os.environ.get("TONGFA_TOTP") or ("optional" if DEMO else "required")
if TOTP not in ("required", "optional"):
    raise ImproperlyConfigured(f"TONGFA_TOTP is {TOTP!r}: write required or optional.")
OTP_TOTP_ISSUER = "Tongfa"

METRICS_TOKEN = os.environ.get("TONGFA_METRICS_TOKEN", "")
UPLOAD_BYTES_MAX = read_count("TONGFA_UPLOAD_MB", default=50) << 20

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
    "filters": {"no_personal_data": {"()": "web.security.logs.NoPersonalData"}},
    "formatters": {
        "plain": {
            "()": "web.security.logs.PlainLines",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "web.security.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEMO else "json",
            "filters": ["no_personal_data"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "tongfa.request": {"level": "WARNING" if DEMO else "INFO"},
        "axes": {"level": "CRITICAL"},  # what it would tell is in the trail
        # Not sent to the administrators by mail, with everything that was in the request.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
