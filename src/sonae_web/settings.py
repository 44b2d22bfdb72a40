"""Settings of the site, all from the environment; nothing secret has a default.

SONAE_SECRET_KEY, SONAE_KEYS and SONAE_HOSTS must be given; ``./sonae serve --sample`` makes its own in its data folder.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

from sonae.problems import Refused, problem
from sonae_web.ground.addresses import one_address, server
from sonae_web.ground.vault import read_keys

env = environ.Env()
HERE = Path(__file__).resolve().parent
SHORTEST_SECRET = 50
T = TypeVar("T")


def required(name: str) -> str:
    """Return a setting that has no default. Raises Refused."""
    if name not in env:
        raise Refused([problem("site.setting_missing", name, name=name)])
    return str(env.str(name))


def parsed(name: str, read: Callable[[str], T], default: str | None = None) -> T:
    """Return a setting of a form of its own. Raises Refused."""
    try:
        return read(required(name) if default is None else env.str(name, default=default))
    except (ValueError, ImproperlyConfigured) as error:
        raise Refused([problem("site.setting_wrong", name, name=name, reason=error)]) from error


def database(url: str) -> dict[str, Any]:
    """Return Django's form of a database's address. Raises ValueError, without repeating it: it may hold a password."""
    try:
        found: dict[str, Any] = env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        found = {}
    if found.get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
        raise ValueError("it is written as sqlite:////path or postgres://user:password@host/name")
    return found


SECRET_KEY = required("SONAE_SECRET_KEY")
SAMPLE = env.bool("SONAE_SAMPLE", default=False)
"""Whether this site holds nothing but plainly sample data; only then are there known passwords."""
OPERATOR = {
    name: env.str(f"SONAE_OPERATOR_{name.upper()}", default="")
    for name in ("name", "representative", "address", "contact", "court")
}
"""Who runs the site, as its privacy and terms pages say."""
VAULT_KEYS = parsed("SONAE_KEYS", read_keys)
if len(SECRET_KEY) < SHORTEST_SECRET:
    raise Refused([problem("site.secret_short", "SONAE_SECRET_KEY", found=len(SECRET_KEY), least=SHORTEST_SECRET)])
if not SAMPLE and any(name.startswith("sample") for name in VAULT_KEYS):
    raise Refused([problem("site.sample_key", "SONAE_KEYS")])

ALLOWED_HOSTS = [each.strip() for each in required("SONAE_HOSTS").split(",")]
ADDRESS = env.str("SONAE_ADDRESS", default="http://localhost:8000" if SAMPLE else f"https://{ALLOWED_HOSTS[0]}")
"""Where the site is reached from outside, for links in mails."""
DATABASES = {"default": parsed("SONAE_DATABASE_URL", database) | {"CONN_MAX_AGE": 600}}
"""One connection for each thread, kept."""
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds that a writer waits for another: the scheduler writes each second
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A connection is looked at before it is used again. A request that waits for a lock, computes or idles in a transaction
    # too long is ended by the database, not by whoever waits behind it.
    DATABASES["default"] |= {
        "ENGINE": "sonae_web.ground.postgres",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
            **DATABASES["default"].get("OPTIONS", {}),
        },
    }
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
"""In the database: attempts to sign in, and one-time codes already used, count across all processes."""
PROGRAMME = env.str("SONAE_PROGRAMME", default="chuokai-leak")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "sonae_web.ground",
    "sonae_web.accounts",
    "sonae_web.windows",
    "sonae_web.diagnosis",
    "sonae_web.declarations",
    "sonae_web.quotes",
    "sonae_web.desk",
    "sonae_web.inquiries",
    "sonae_web.policies",
]
MIDDLEWARE = [
    "sonae_web.ground.requests.identify",
    "sonae_web.ground.api.without_cookies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sonae_web.accounts.timeout.limit",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sonae_web.ground.unsold.Unsold",
]
ROOT_URLCONF = "sonae_web.urls"
WSGI_APPLICATION = "sonae_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sonae_web.ground.words.chrome",
                "sonae_web.accounts.menu.place",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
TREE_MODEL = "accounts.Organisation"
"""Where each tenant stands: what the ground asks about scopes (``sonae_web.ground.scope``)."""
AUTHENTICATION_BACKENDS = ["sonae_web.accounts.backend.Backend"]
LOGIN_URL, LOGIN_REDIRECT_URL, ACCOUNT_LOGOUT_REDIRECT_URL = "account_login", "home", "landing"
ACCOUNT_ADAPTER, MFA_ADAPTER = "sonae_web.accounts.adapter.Account", "sonae_web.accounts.adapter.SecondFactor"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail from us because somebody typed their address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Sonae"
MFA_TOTP_TOLERANCE = 1  # a code of the half minute before or after: clocks of phones differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SAMPLE  # http://localhost
SESSION_ENGINE = "sonae_web.ground.browser_state"
SESSION_COOKIE_AGE = 12 * 60 * 60
"""Seconds until everybody signs in anew, busy or idle."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email",)}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "sonae_web.accounts.passwords.MaximumLength"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # not no-referrer: browsers then send no Origin, and every form is refused
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.bool("SONAE_HTTPS", default=not SAMPLE)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
PROXY = env.bool("SONAE_PROXY", default=False)
"""Whether a proxy of ours stands in front, whose X-Forwarded-Proto and last X-Forwarded-For are to be trusted."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY else None
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sonae_web.ground.refused.refuse"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DATA = Path(env.str("SONAE_DATA", default="var")).resolve()
"""Where the site keeps files: mails that are not sent by SMTP, the daily heads of the audit log."""
MAIL_DIR = Path(env.str("SONAE_MAIL_DIR", default=str(DATA / "mail")))
EMAIL_BACKEND = "sonae_web.ground.outbox.Backend"
SMTP = parsed("SONAE_SMTP_URL", server, "")
"""The mail server; without one, mails are files in MAIL_DIR."""
DEFAULT_FROM_EMAIL = SERVER_EMAIL = parsed("SONAE_MAIL_FROM", one_address, "" if SMTP else "sonae@localhost")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler"
]  # nothing on disk, not even for a moment
FILE_UPLOAD_MAX_MEMORY_SIZE = 20_500_000  # of a whole request: the largest list (desk.sheets.MOST_BYTES) and its form

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sonae_web.ground.logs.Json"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("SONAE_LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": [], "propagate": False}},
}
