"""Django's settings, all derived from the home folder and three environment variables."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from diansuo.office.config.home import find_home

HOME = find_home()
OFFICE = Path(__file__).resolve().parent.parent

SECRET_KEY = HOME.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(HOME.allowed_hosts)
DEMO = HOME.demo

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "diansuo.office.base",
    "diansuo.office.archive",
    "diansuo.office.metering",
    "diansuo.office.network",
    "diansuo.office.billing",
    "diansuo.office.collection",
    "diansuo.office.desk",
    "diansuo.lab",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "diansuo.office.base.trail.middleware.acting_middleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "diansuo.office.base.sessions.within_limits",
    "diansuo.office.base.rights.declared_rights_only",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "diansuo.office.base.page.library_pages_policy",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "diansuo.office.config.urls"
WSGI_APPLICATION = "diansuo.office.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "diansuo.office.base.page.context",
            ]
        },
    }
]

# A write transaction takes its lock at BEGIN (IMMEDIATE): taken later it can fail half way, with no wait and no retry.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
}
# What a chunk of a month needs of its million bills lies under an index. PostgreSQL's own price of an index look-up
# is that of a turning disk: by it, it reads the whole month once for every chunk.
POSTGRESQL = "-c random_page_cost=1.1"
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{HOME.database}", conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", POSTGRESQL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "base.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "diansuo.office.base.access.StationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Hard on memory and quick enough that a sign-in does not starve the month's run on a two-core machine.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "base/locked_out.html"
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600  # from sign-in, however busy (base.sessions)
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Behind a server that speaks TLS (settings.toml, https = true): cookies travel encrypted only, browsers remember it.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HOME.https is True
if HOME.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# Our own pages carry no inline script and no inline style. The library's pages need the two exceptions named in
# docs/adr; base.page relaxes the policy for their addresses only.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}
LIBRARY_PAGES_POLICY = {
    "script-src": [SELF, NONCE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = HOME.language
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [OFFICE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
# Static files are served straight from the installed packages: nothing to collect, nothing to fetch.
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

UNFOLD = {
    "SITE_TITLE": _("电所"),
    "SITE_HEADER": _("电所 · 后台"),
    "SITE_SYMBOL": "bolt",
    "SITE_URL": "/",
    "ENVIRONMENT": "diansuo.office.base.page.environment",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        # The trade's deep green, in unfold's eleven shades.
        "primary": {
            "50": "236 253 245",
            "100": "209 245 228",
            "200": "166 231 203",
            "300": "110 209 170",
            "400": "56 178 132",
            "500": "14 143 100",
            "600": "4 120 83",
            "700": "4 98 70",
            "800": "6 78 57",
            "900": "6 62 47",
            "950": "2 36 27",
        }
    },
}
