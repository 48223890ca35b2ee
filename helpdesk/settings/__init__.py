"""All settings. The environment is read in this package and nowhere else; `.env.example` names every variable.

`HELPDESK_ENV` is `production` (the default), `demo` or `test`. Production refuses to start with a default secret, with DEBUG or
with open hosts: a desk that holds players' data must not come up half locked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext

from helpdesk.settings.auth import *  # noqa: F403
from helpdesk.settings.environment import Environment
from helpdesk.settings.logs import LEVELS, logging_config
from helpdesk.settings.security import *  # noqa: F403

django_stubs_ext.monkeypatch()

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOCAL_DIR = env.path("LOCAL_DIR", BASE_DIR / ".local")

HELPDESK_ENV = env.choice("HELPDESK_ENV", "production", ("production", "demo", "test"))
PRODUCTION = HELPDESK_ENV == "production"

INSECURE_SECRET = "demo-and-tests-only-never-in-production"
SECRET_KEY = env.str("SECRET_KEY", INSECURE_SECRET)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
KEYS_SECRET = env.str("KEYS_SECRET", "" if PRODUCTION else INSECURE_SECRET)  # keys that people enter in pages are encrypted with it
KEYS_SECRET_FALLBACKS: list[str] = env.list("KEYS_SECRET_FALLBACKS", [])
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
DESK_URL = env.url("DESK_URL", "http://127.0.0.1:8000", schemes=("https", "http")).rstrip("/")  # the address in links that leave the house
CSRF_TRUSTED_ORIGINS = [DESK_URL]
if any(not re.fullmatch(r"\.?[\w*-]+(\.[\w-]+)*\.?|\[[0-9a-f:.]+\]", host, re.IGNORECASE) for host in ALLOWED_HOSTS):
    env.wrong("ALLOWED_HOSTS", "must be host names without https:// and without ports, separated by commas")
if PRODUCTION:
    if SECRET_KEY == INSECURE_SECRET or len(SECRET_KEY) < 50 or SECRET_KEY.startswith("#"):
        env.wrong("SECRET_KEY", "is missing or shorter than 50 characters: set a long random one and keep it secret", show=False)
    if KEYS_SECRET and (len(KEYS_SECRET) < 50 or KEYS_SECRET in {SECRET_KEY, INSECURE_SECRET}):
        env.wrong("KEYS_SECRET", "must be 50 random characters or more, and others than those of SECRET_KEY", show=False)
    if DEBUG:
        env.wrong("DEBUG", "is on, and in production it would show players' data to strangers: unset it", show=False)
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        env.wrong("ALLOWED_HOSTS", "is empty or open: name the host names of this desk, separated by commas", show=False)

MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # passkeys on localhost
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many proxies of ours stand before the web server and append to X-Forwarded-For
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if DESK_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000)
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", True)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # a desk does not speak for the studio's other subdomains
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_linear_migrations",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "helpdesk.base",
    "helpdesk.base.jobs",
    "helpdesk.studio",
    "helpdesk.audit",
    "helpdesk.staff",
    "players",
    "tickets",
    "tickets.mail",
    "tickets.search",
    "tickets.surveys",
    "tickets.notices",
    "tickets.desk.saved_views",  # before the desk, whose addresses of tickets would take its own for numbers
    "tickets.desk",
    "tickets.administration",
    "helpdesk.demo",
    "helpdesk",
]
if not env.bool("WITH_LINEAR_MIGRATIONS", not PRODUCTION):
    INSTALLED_APPS.remove("django_linear_migrations")
FIRST_PARTY_APPS = [app for app in INSTALLED_APPS if app.partition(".")[0] in {"helpdesk", "players", "tickets"}]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "helpdesk.health.ProbesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "helpdesk.staff.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "helpdesk.web_input.NoNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.web_log.RequestLogMiddleware",
    "helpdesk.staff.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "helpdesk.staff.middleware.SeeingMiddleware",
    "helpdesk.staff.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "helpdesk.demo.mailbox.urls" if HELPDESK_ENV == "demo" else "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.shell.shell",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {"default": env.database("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/helpdesk")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60, of="seconds")
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if test_name := env.str("TEST_DB_NAME", ""):
    DATABASES["default"]["TEST"] = {"NAME": test_name}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        # above it live counters of the sign-in are thrown away; of 300, the default, a stranger's guesses would make that
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.zone("STUDIO_TIME_ZONE", "UTC")  # report days lie in this zone; rows are UTC whatever it says
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", LOCAL_DIR / ("test-media" if HELPDESK_ENV == "test" else "media"))
STORAGES = {
    "default": {  # nobody would miss a demo's files after a power cut, and waiting for the disk costs some 10 ms each
        "BACKEND": "helpdesk.base.storage.WholeFiles",
        "OPTIONS": {"location": str(MEDIA_ROOT), "durable": PRODUCTION},
    },
    "staticfiles": {
        "BACKEND": "helpdesk.statics.HashedStaticFiles" if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# --- the broker. The desk works without it: nudges make things fast, sweeps make them certain.
REDIS_URL = env.url("REDIS_URL", "redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix", "amqp", "amqps"))
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Early acknowledgement: a task carries nothing, rows are claimed, and a sweep finds what a dead worker left. Late ones would bring the
# same nudge again and again to a task that kills its worker, and kill a worker that meets a dead broker (docs/operate.md, Scale).
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # the broker's death must not cut a mail off in the middle
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "now"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any silence of its broker
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 5 * 3600, "socket_connect_timeout": 5, "socket_keepalive": True}
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "helpdesk.beat:Beat"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1

# --- search. PostgreSQL can answer everything; Elasticsearch is asked first where it is named.
SEARCH_ENGINE = env.choice("SEARCH_ENGINE", "postgres", ("postgres", "elasticsearch"))
ELASTICSEARCH_URL = env.url("ELASTICSEARCH_URL", "", schemes=("http", "https")) if env.raw("ELASTICSEARCH_URL") else ""
ELASTICSEARCH_INDEX = env.str("ELASTICSEARCH_INDEX", "helpdesk")  # what the names of this desk's indexes begin with
if SEARCH_ENGINE == "elasticsearch" and not env.raw("ELASTICSEARCH_URL"):
    env.wrong(
        "ELASTICSEARCH_URL", "is missing, and SEARCH_ENGINE is elasticsearch: name the server, as in http://elasticsearch:9200", show=False
    )
if ELASTICSEARCH_URL and not urlsplit(ELASTICSEARCH_URL).port:
    env.wrong("ELASTICSEARCH_URL", "must name the port too, as in http://elasticsearch:9200", show=False)
if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", ELASTICSEARCH_INDEX):
    env.wrong("ELASTICSEARCH_INDEX", "must be small letters, digits and hyphens, at most 41")

OUTWARD = env.bool("OUTWARD", True)  # off: nothing leaves the house, whatever should be sent waits

# --- mail
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    env.wrong("EMAIL_USE_SSL", "excludes EMAIL_USE_TLS: choose one (TLS goes with port 587, SSL with 465)", show=False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20, least=1, most=240, of="seconds")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "helpdesk@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_PROVIDERS = [file.stem for file in sorted((BASE_DIR / "tickets" / "mail" / "providers").glob("[a-z]*.py"))]
ANYMAIL = {  # of a provider all that begins with its name
    name: value.strip()
    for told in ({"WEBHOOK_SECRET": env.str("ANYMAIL_WEBHOOK_SECRET", "")}, *(env.all(f"{name.upper()}_") for name in MAIL_PROVIDERS))
    for name, value in told.items()
    if value.strip()
}
MAILBOX_PASSWORDS = env.all("MAILBOX_PASSWORD_")  # a polled mailbox names its own
MAILBOX_HOSTS = env.all("MAILBOX_HOST_")  # where the password of the same name may go
UNDO_WINDOW = env.int("UNDO_WINDOW", 15, of="seconds")  # in which a reply can be called back
MAX_MAIL_BYTES = env.int("MAX_MAIL_BYTES", 35 * 1024 * 1024, least=1, of="bytes")
MAX_ATTACHMENT_BYTES = env.int("MAX_ATTACHMENT_BYTES", 20 * 1024 * 1024, least=1, of="bytes")
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024  # forms; the mail doors read their own bodies up to MAX_MAIL_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # the matrix of roles has a field for each mark
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "helpdesk.base.uploads.UploadHandler"]

REPLY_GATES = ["tickets.caps.caps", "tickets.mail.outbound.guard.no_loops"]  # dotted paths; each may hold a reply back

LOGGING, structlog_configured = logging_config(json=PRODUCTION, level=env.choice("LOG_LEVEL", "INFO", LEVELS))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"

STUDIO_NAME = env.str("STUDIO_NAME", "Northlight Games" if HELPDESK_ENV == "demo" else "Helpdesk")
CRASH_AT = "" if PRODUCTION else env.str("CRASH_AT", "")  # of the fault tests: where a process ends as if by kill -9

env.refuse()
