"""Settings of the example site: a small LMS on Wagtail to which live Zoom lessons were added.

Everything that differs between machines comes from the environment. ``make demo`` writes what it chose to
``demo/environment``, so that ``manage.py`` in a second terminal works on the same site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.management.utils import get_random_secret_key


BASE_DIR = Path(__file__).resolve().parent.parent
SITE_DIR = BASE_DIR / "example_site"

env = environ.Env()
DEMO_DIR = Path(env.str("DEMO_DIR", default="") or BASE_DIR / "demo")
if (DEMO_DIR / "environment").exists():
    env.read_env(DEMO_DIR / "environment")


def given(name: str, default: str) -> str:
    """Return the environment's ``name``; a name set to nothing counts as not given."""
    return env.str(name, default="") or default


PORT = int(given("PORT", "8000"))
SIMULATOR_PORT = int(given("SIMULATOR_PORT", "8900"))

SECRET_KEY = given("DJANGO_SECRET_KEY", get_random_secret_key())
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "example_site.urls"
WSGI_APPLICATION = "example_site.wsgi.application"
LANGUAGE_CODE = "en"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "example_site.home",
    "wagtail_zoom.contrib.wagtail_lms",
    "wagtail_zoom",
    "wagtail_lms",
    "django_tasks_db",
    "wagtail.contrib.settings",
    "wagtail.users",
    "wagtail.admin",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.snippets",
    "wagtail.search",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database(address: str) -> dict[str, Any]:
    """Return Django's description of a database; several processes share an SQLite file without waiting in vain."""
    described = env.db_url_config(address)
    if described["ENGINE"].endswith("sqlite3"):
        described["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    return described


DATABASES = {"default": database(given("DATABASE_URL", f"sqlite:///{DEMO_DIR / 'db.sqlite3'}"))}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Wagtail's search wants it there.
    INSTALLED_APPS.append("django.contrib.postgres")
CACHES = {"default": env.cache_url_config(given("CACHE_URL", f"filecache://{DEMO_DIR / 'cache'}"))}
TASKS = {"default": {"BACKEND": given("TASKS_BACKEND", "django_tasks_db.DatabaseBackend")}}

# As strong as Django's default and quicker to compute, since twenty people log in while the story is told.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

# Two demos on one machine, or another project on localhost, must not sign each other out.
SESSION_COOKIE_NAME = f"example_session_{PORT}"
CSRF_COOKIE_NAME = f"example_csrf_{PORT}"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DEMO_DIR / "mail"

STATIC_URL = "/static/"
STATICFILES_DIRS = [SITE_DIR / "static"]
STATIC_ROOT = DEMO_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DEMO_DIR / "media"

WAGTAIL_SITE_NAME = "Two schools"
WAGTAILADMIN_BASE_URL = f"http://localhost:{PORT}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# The demo asks nothing of the outside world.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL

ZOOM_API_URL = given("ZOOM_API_URL", f"http://127.0.0.1:{SIMULATOR_PORT}/v2")
ZOOM_OAUTH_URL = given("ZOOM_OAUTH_URL", f"http://127.0.0.1:{SIMULATOR_PORT}/oauth")
WAGTAIL_ZOOM = {
    "API_URL": ZOOM_API_URL,
    "OAUTH_URL": ZOOM_OAUTH_URL,
    # The practice Zoom is no host of Zoom's: secrets go there because it is named here.
    "ALLOW_SECRETS_TO": [urlsplit(ZOOM_API_URL).hostname or "", urlsplit(ZOOM_OAUTH_URL).hostname or ""],
    "ENCRYPTION_KEYS": [key for key in given("ZOOM_ENCRYPTION_KEYS", "").split(",") if key],
    "LMS_ADAPTER": "wagtail_zoom.contrib.wagtail_lms.adapter.WagtailLMSAdapter",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_queries": {"()": "example_site.demo.redaction.WithoutQueries"}},
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["without_queries"], "formatter": "plain"},
        "problems": {
            "class": "logging.StreamHandler",
            "filters": ["without_queries"],
            "formatter": "plain",
            "level": "WARNING",
        },
    },
    "loggers": {
        # The worker would announce every task; only those that fail are worth a line.
        "django.tasks": {"handlers": ["problems"], "propagate": False},
        "django_tasks": {"handlers": ["problems"], "propagate": False},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
