"""Settings: the only module that reads the environment (docs/settings.md lists every name)."""

import secrets
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from librechat.admin_theme import unfold_settings
from librechat.directory_settings import directory_settings
from librechat.env import Environment, GeneratedSecrets
from librechat.search_settings import search_settings
from librechat.sign_in_settings import sign_in_settings
from librechat.sqlite import addresses

django_stubs_ext.monkeypatch()  # generic classes such as ModelAdmin[User] work at run time

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment.load(BASE_DIR / ".env")

LIBRECHAT_ENV = env.text("LIBRECHAT_ENV", "production")
DEBUG = LIBRECHAT_ENV == "development"
IN_TESTS = LIBRECHAT_ENV == "test"
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
BACKUP_DIR = Path(env.text("BACKUP_DIR", str(DATA_DIR / "backups"))).resolve()
CONFIG_PATH = env.text("CONFIG_PATH", "" if IN_TESTS else str(BASE_DIR / "librechat.yaml"))
CONFIG_BYPASS_VALIDATION = env.flag("CONFIG_BYPASS_VALIDATION")
CONFIG_VARIABLES = env.snapshot()  # what ${NAME} in librechat.yaml may name

# Secrets: from the environment, else made once and kept in DATA_DIR (mode 0600).
_generated = GeneratedSecrets(DATA_DIR / "secrets.json")
SECRET_KEY = env.text("SECRET_KEY") or _generated.get("SECRET_KEY")
JWT_SECRET = env.text("JWT_SECRET") or (SECRET_KEY if IN_TESTS else _generated.get("JWT_SECRET"))
JWT_REFRESH_SECRET = env.text("JWT_REFRESH_SECRET") or (
    f"refresh-{SECRET_KEY}" if IN_TESTS else _generated.get("JWT_REFRESH_SECRET")
)
# The first key encrypts, the others still decrypt: rotate by putting a new one in front.
CREDS_KEYS = env.words("CREDS_KEY") or [
    SECRET_KEY if IN_TESTS else _generated.get("CREDS_KEY"),
]
METRICS_SECRET = env.text("METRICS_SECRET")
OTEL_EXPORTER_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")  # relay/tracing.py
BACKUP_KEY = env.text("BACKUP_KEY")  # a pass phrase: seals backups, and opens sealed ones
FAILPOINTS = env.text("LC_FAILPOINTS")  # name:action, in tests only; kernel/failpoints.py

# Addresses
HOST = env.text("HOST", "localhost")
PORT = env.integer("PORT", 3080)
DOMAIN_CLIENT = env.text("DOMAIN_CLIENT", f"http://localhost:{PORT}").rstrip("/")
DOMAIN_SERVER = env.text("DOMAIN_SERVER", DOMAIN_CLIENT).rstrip("/")
TRUST_PROXY = env.integer("TRUST_PROXY", 0)  # hops of trusted proxies in front
FORWARDED_ALLOW_IPS = env.text("FORWARDED_ALLOW_IPS", "127.0.0.1")
WEB_CONCURRENCY = env.integer("WEB_CONCURRENCY", 1)
_public = urlsplit(DOMAIN_CLIENT)
_local = {"localhost", "127.0.0.1", "[::1]"}
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or sorted(
    {*_local, "testserver", _public.hostname or "localhost"},
)
CSRF_TRUSTED_ORIGINS = [DOMAIN_CLIENT]
SECURE_COOKIES = env.flag(
    "SESSION_COOKIE_SECURE",
    default=_public.scheme == "https" and _public.hostname not in _local,
)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "librechat.admin_config.GovernedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_vite",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "librechat.kernel.jobs.apps.JobsConfig",
    "accounts",
    "billing",
    "files",
    "agents",
    "conversations",
    "librechat",
]
if DEBUG:
    INSTALLED_APPS.insert(0, "daphne")  # drives manage.py runserver
if IN_TESTS or DEBUG:
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "librechat.kernel.middleware.request_id_middleware",
    "librechat.kernel.middleware.no_nul_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "librechat.admin_site.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.web.entrance.entrance",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.web.detours.DetourMiddleware",
    "accounts.web.detours.RequiredFactorMiddleware",
    "accounts.web.choice_pages.TermsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
if IN_TESTS:
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # nothing is collected
ROOT_URLCONF = "librechat.urls"
ASGI_APPLICATION = "librechat.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.web.context.shell",
            ],
        },
    },
]

# Database: SQLite in WAL mode by default, PostgreSQL by DATABASE_URL.
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'librechat.sqlite3'}")
DATABASES = {"default": addresses.address_parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == addresses.ENGINE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;"
            " PRAGMA cache_size=-8000;"
        ),
    }
    # A file, not memory: the threads of one test wait for each other as those of a server do.
    DATABASES["default"]["TEST"] = {
        "NAME": Path(tempfile.gettempdir()) / f"librechat-test-{secrets.token_hex(4)}.sqlite3",
    }
elif not IN_TESTS:
    # An open stream holds no connection, so a small pool serves many readers.
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": env.integer("DATABASE_POOL_SIZE", 20), "timeout": 10},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis only by setting (DESIGN decision 4): cache, channel layer, event log, counters.
REDIS_URI = env.text("REDIS_URI")
REDIS_KEY_PREFIX = env.text("REDIS_KEY_PREFIX", "librechat")
CACHES: dict[str, dict[str, object]]
CHANNEL_LAYERS: dict[str, dict[str, object]]
if REDIS_URI:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URI,
            "KEY_PREFIX": REDIS_KEY_PREFIX,
        },
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URI], "prefix": f"{REDIS_KEY_PREFIX}::channels"},
        },
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 5_000},  # a few hundred pages of rendered messages
        },
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# People and sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if IN_TESTS
    else [
        "accounts.auth.hashers.PatientArgon2Hasher",
        "django.contrib.auth.hashers.BCryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/c/new"
LOGOUT_REDIRECT_URL = "/login"
MIN_PASSWORD_LENGTH = env.integer("MIN_PASSWORD_LENGTH", 8)
ALLOW_EMAIL_LOGIN = env.flag("ALLOW_EMAIL_LOGIN", default=True)
ALLOW_REGISTRATION = env.flag("ALLOW_REGISTRATION")
ALLOW_SOCIAL_LOGIN = env.flag("ALLOW_SOCIAL_LOGIN")
ALLOW_SOCIAL_REGISTRATION = env.flag("ALLOW_SOCIAL_REGISTRATION")
SIGN_IN = sign_in_settings(env, server=DOMAIN_SERVER)  # GOOGLE_*, OPENID_*, SAML_* …
SOCIALACCOUNT_ADAPTER = "accounts.auth.social_adapter.SocialAdapter"
SOCIALACCOUNT_QUERY_EMAIL = True
ALLOW_PASSWORD_RESET = env.flag("ALLOW_PASSWORD_RESET")
ALLOW_ACCOUNT_DELETION = env.flag("ALLOW_ACCOUNT_DELETION", default=True)
ALLOW_UNVERIFIED_EMAIL_LOGIN = env.flag("ALLOW_UNVERIFIED_EMAIL_LOGIN")
LDAP = directory_settings(env)  # LDAP_*; None without a directory
TWO_FACTOR_REQUIRED_ROLES = env.words("TWO_FACTOR_REQUIRED_ROLES")
MFA_ADAPTER = "accounts.auth.mfa_adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
ALLOW_SHARED_LINKS = env.flag("ALLOW_SHARED_LINKS", default=True)
ALLOW_SHARED_LINKS_PUBLIC = env.flag("ALLOW_SHARED_LINKS_PUBLIC")
SESSION_EXPIRY = timedelta(milliseconds=env.number("SESSION_EXPIRY", 15 * 60 * 1000))
REFRESH_TOKEN_EXPIRY = timedelta(
    milliseconds=env.number("REFRESH_TOKEN_EXPIRY", 7 * 24 * 60 * 60 * 1000),
)
REFRESH_GRACE_SECONDS = env.number("REFRESH_GRACE_SECONDS", 10)
ADMIN_IDLE_MINUTES = env.integer_within("ADMIN_IDLE_MINUTES", 30, lowest=1, highest=1440)
SESSION_IDLE_EXPIRY = timedelta(milliseconds=env.number("SESSION_IDLE_EXPIRY", 0))  # 0: never
SESSION_COOKIE_AGE = int(REFRESH_TOKEN_EXPIRY.total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SAMESITE = "Strict"

# Mail: LibreChat's names; accounts/services/mail.py says when it counts as set up.
EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
EMAIL_SERVICE = env.text("EMAIL_SERVICE").lower()
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_ENCRYPTION = env.text("EMAIL_ENCRYPTION").lower()  # starttls, tls, or by the server's offer
EMAIL_ENCRYPTION_HOSTNAME = env.text("EMAIL_ENCRYPTION_HOSTNAME")
EMAIL_ALLOW_SELFSIGNED = env.flag("EMAIL_ALLOW_SELFSIGNED")
EMAIL_HOST_USER = env.text("EMAIL_USERNAME")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_FROM = env.text("EMAIL_FROM")
EMAIL_FROM_NAME = env.text("EMAIL_FROM_NAME")
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT_SECONDS", 15)
ACCOUNT_DELETION_GRACE_DAYS = env.integer("ACCOUNT_DELETION_GRACE_DAYS", 7)  # 0: at once

# The product
APP_TITLE = env.text("APP_TITLE", "LibreChat")
CUSTOM_FOOTER = env.text("CUSTOM_FOOTER")
HELP_AND_FAQ_URL = env.text("HELP_AND_FAQ_URL", "https://librechat.ai")
NO_INDEX = env.flag("NO_INDEX", default=True)
ENDPOINTS = env.words("ENDPOINTS")
PROVIDER_VARIABLES = {  # LibreChat's own names; agents/llm/providers reads them from here
    name: value
    for prefix in ("OPENAI_", "ANTHROPIC_", "GOOGLE_", "AZURE_", "BEDROCK_", "OLLAMA_", "GEMINI_")
    for name, value in env.startswith(prefix).items()
    if not IN_TESTS  # a developer's own keys must not change what a test sees
}
LIMIT_CONCURRENT_MESSAGES = env.flag("LIMIT_CONCURRENT_MESSAGES")
CONCURRENT_MESSAGE_MAX = max(1, env.integer("CONCURRENT_MESSAGE_MAX", 2))
UNKNOWN_MODEL_PRICE = env.text("UNKNOWN_MODEL_PRICE", "default")  # default, refuse, free
LIMITS = {  # *_MAX, *_WINDOW, *_SCORE and LIMIT_* of accounts/limits/rules.py and violations.py
    name: value
    for name, value in env.snapshot().items()
    if name.endswith(("_MAX", "_WINDOW", "_SCORE")) or name.startswith("LIMIT_")
}
BAN_VIOLATIONS = env.flag("BAN_VIOLATIONS")
BAN_DURATION = timedelta(milliseconds=env.number("BAN_DURATION", 2 * 60 * 60 * 1000))
BAN_INTERVAL = max(1.0, env.number("BAN_INTERVAL", 20))
VIOLATION_RETENTION_DAYS = env.integer_within(
    "VIOLATION_RETENTION_DAYS",
    180,
    lowest=1,
    highest=3650,
)
NON_BROWSER_CHECK = env.flag("NON_BROWSER_CHECK")  # refuses programs that are no browser

# Generations (DESIGN section 5)
GENERATION_LEASE_SECONDS = env.number("GENERATION_LEASE_SECONDS", 15)
GENERATION_KEEP_SECONDS = env.number("GENERATION_KEEP_SECONDS", 60)
GENERATION_CHECKPOINT_SECONDS = env.number("GENERATION_CHECKPOINT_SECONDS", 2)
SHUTDOWN_GRACE_SECONDS = env.number("SHUTDOWN_GRACE_SECONDS", 20)
PROVIDER_FIRST_BYTE_SECONDS = env.number("PROVIDER_FIRST_BYTE_SECONDS", 120)
PROVIDER_IDLE_SECONDS = env.number("PROVIDER_IDLE_SECONDS", 90)
EXACT_TOKEN_COUNTS = env.flag("EXACT_TOKEN_COUNTS")  # 100 MB of tables, see agents/llm/tokens.py

# Background work: kernel/jobs, rows of the database
TASKS = {"default": {"BACKEND": "librechat.kernel.jobs.backend.JobBackend", "QUEUES": []}}
JOBS_IN_PROCESS = env.flag("JOBS_IN_PROCESS", default=True)  # else manage.py worker runs them
JOBS_THREADS = env.integer_within("JOBS_THREADS", 2, lowest=1, highest=64)
JOBS_LEASE_SECONDS = env.number("JOBS_LEASE_SECONDS", 60)  # how long a dead worker keeps its job
JOBS_KEEP_DAYS = env.integer_within("JOBS_KEEP_DAYS", 14, lowest=8, highest=3650)

# Search: the database's own, or Meilisearch
SEARCH = search_settings(env)  # SEARCH_BACKEND, SEARCH, MEILI_*
TRASH_DAYS = env.integer_within("TRASH_DAYS", 30, lowest=1, highest=3650)  # days in the bin

# The API
DISABLE_COMPRESSION = env.flag("DISABLE_COMPRESSION")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.auth.drf.Authentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["librechat.answers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["librechat.kernel.problems.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "librechat.kernel.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LibreChat for Django",
    "DESCRIPTION": "LibreChat's REST contract, served by Django.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "PartTypeEnum": ["text", "think"],
        "ReceiverTypeEnum": ["user", "group", "role"],
    },
}
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET,
    "ACCESS_TOKEN_LIFETIME": SESSION_EXPIRY,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_EXPIRY,
    "USER_ID_CLAIM": "id",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES = env.integer(
    "CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES", 250 * 1024 * 1024
)
CORS_ALLOW_ALL_ORIGINS = True  # bearer tokens only: cookies are never allowed across origins

# Security headers
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000) if SECURE_COOKIES else 0
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),  # admin_site.py sets the admin's own, looser policy
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", "https:"],  # foreign ones after a click only
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    },
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],  # unfold runs Alpine
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
}

# Languages, times
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt-br", "Português (Brasil)"),
    ("zh-hans", "简体中文"),
    ("ja", "日本語"),
    ("ar", "العربية"),
]
LANGUAGE_COOKIE_NAME = "lang"  # LibreChat's
LOCALE_PATHS = [BASE_DIR / "librechat" / "locale"]
TIME_ZONE = "UTC"

# Static files: Vite builds into static/dist, whitenoise serves them compressed and immutable.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        # Tests other than the browser's need no built front end.
        "manifest_path": BASE_DIR
        / ("tests/data/manifest.json" if IN_TESTS else "static/dist/manifest.json"),
    },
}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if IN_TESTS or DEBUG
            else "librechat.static_storage.StaticStorage"
        ),
    },
}
WHITENOISE_USE_FINDERS = IN_TESTS or DEBUG
# Files named after their content, by Vite (see static_storage.py) or by Django.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/assets/[^/]+-[\w-]{8}\.\w+$|\.[0-9a-f]{12}\.\w+$"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether subdomains or a preload list follow is the operator's decision,
    "security.W021",  # and so is
    "security.W008",  # the redirect to TLS, which belongs to the proxy that ends it
    "staticfiles.W004",  # static/dist exists once the front end is built
]

# Logs: JSON lines on stdout, request ids, secrets filtered.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "librechat.kernel.logs.SecretFilter"}},
    "formatters": {
        "json": {"()": "librechat.kernel.logs.JsonFormatter"},
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["secrets"],
            "formatter": "plain" if DEBUG or not env.flag("CONSOLE_JSON", default=True) else "json",
            "stream": sys.stderr,
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING" if IN_TESTS else "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "uvicorn.access": {"level": "WARNING"},
    },
}

UNFOLD = unfold_settings(APP_TITLE)
