"""Settings shared by every way of running gridgov; what differs stands in dev, test and prod."""

import os
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from kombu import Queue

from gridgov.settings.notices import channels_from_environment
from gridgov.settings.services import broker_from_url, database_from_url, days_from
from gridgov.settings.webhooks import algorithm_of, hosts_and_networks

BASE_DIR = Path(__file__).resolve().parents[2]
CONFIG_DIR = BASE_DIR / "config"
VAR_DIR = Path(os.environ.get("GRIDGOV_VAR", BASE_DIR / "var"))

DEMO = os.environ.get("GRIDGOV_DEMO") == "1"
DEMO_PASSWORD = os.environ.get("GRIDGOV_DEMO_PASSWORD", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "mptt",
    "guardian",
    "rest_framework",
    "knox",
    "axes",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "csp",
    "apps.core",
    "apps.accounts",
    "apps.grid",
    "apps.organisation",
    "apps.notices",
    "apps.deadlines",
    "apps.residents",
    "apps.cases",
    "apps.inspections",
    "apps.assessment",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.core.language.ChineseFirstMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.core.middleware.StorableAddressMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gridgov.urls"
WSGI_APPLICATION = "gridgov.wsgi.application"

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
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", ""), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL", f"unix://{VAR_DIR}/services/run/redis.sock")
REDIS_PREFIX = os.environ.get("GRIDGOV_REDIS_PREFIX", "gridgov:")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}

ATTACHMENT_LIMITS = {
    "file_mb": int(os.environ.get("GRIDGOV_PHOTO_FILE_MB", "10")),
    "row_photos": int(os.environ.get("GRIDGOV_PHOTOS_PER_CASE", "20")),
    "row_mb": int(os.environ.get("GRIDGOV_PHOTO_MB_PER_CASE", "20")),
    "day_photos": int(os.environ.get("GRIDGOV_PHOTOS_PER_DAY", "200")),
    "day_mb": int(os.environ.get("GRIDGOV_PHOTO_MB_PER_DAY", "200")),
    "unit_mb": int(os.environ.get("GRIDGOV_PHOTO_MB_PER_UNIT", "51200")),
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "apps.core.vendor.VendorFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
VENDOR_FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet.js.map": "leaflet/dist/leaflet.js.map",
    "vendor/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "vendor/leaflet-geoman.css": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css",
    "vendor/leaflet-geoman.css.map": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css.map",
    "vendor/leaflet-geoman.min.js": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js",
    "vendor/leaflet-geoman.min.js.map": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js.map",
    "vendor/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/swagger/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "vendor/swagger/swagger-ui.css.map": "swagger-ui-dist/swagger-ui.css.map",
    "vendor/swagger/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "vendor/swagger/swagger-ui-bundle.js.map": "swagger-ui-dist/swagger-ui-bundle.js.map",
    "vendor/swagger/swagger-ui-standalone-preset.js": "swagger-ui-dist/swagger-ui-standalone-preset.js",
    "vendor/swagger/swagger-ui-standalone-preset.js.map": "swagger-ui-dist/swagger-ui-standalone-preset.js.map",
    "vendor/swagger/favicon-32x32.png": "swagger-ui-dist/favicon-32x32.png",
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["gz", "jpg", "map", "png", "webp"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "apps.core.static_files.HashedStaticFiles"},
}
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

CELERY_BROKER_URL = broker_from_url(REDIS_URL)
# What people start may take hours and has hands of its own (docs/adr/0005): a worker without -Q serves both queues.
CELERY_TASK_QUEUES = (Queue("celery"), Queue("jobs"))
CELERY_TASK_ROUTES = {"core.run_jobs": {"queue": "jobs"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": REDIS_PREFIX, "visibility_timeout": 900}
CELERY_BEAT_SCHEDULER = "gridgov.heartbeats:MarkingScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "drain-outbox": {"task": "core.drain_outbox", "schedule": 10.0, "options": {"expires": 30}},
    "run-jobs": {"task": "core.run_jobs", "schedule": 15.0, "options": {"expires": 30}},
    "forget-delivered": {"task": "core.forget_delivered", "schedule": crontab(minute=41, hour=3)},
    "take-anchor": {"task": "core.take_anchor", "schedule": crontab(minute=7)},
    "warn-of-unknown-year": {"task": "deadlines.warn_of_unknown_year", "schedule": crontab(minute=15, hour=8)},
    "sweep-deadlines": {"task": "deadlines.sweep", "schedule": 60.0, "options": {"expires": 120}},
    "deliver-notices": {"task": "notices.deliver", "schedule": 5.0, "options": {"expires": 10}},
    "deliver-webhooks": {"task": "cases.deliver_webhooks", "schedule": 5.0, "options": {"expires": 10}},
    "forget-webhooks": {"task": "cases.forget_webhooks", "schedule": crontab(minute=51, hour=3)},
    "apply-category-versions": {"task": "cases.apply_category_versions", "schedule": crontab(minute="1-59/10")},
    "remind-reviews": {"task": "cases.remind_reviews", "schedule": crontab(minute=23)},
    "screen-disputes": {"task": "cases.screen_disputes", "schedule": crontab(minute=5, hour=8)},
    "place-follow-ups": {"task": "cases.place_follow_ups", "schedule": crontab(minute=22)},
    "draw-spot-checks": {"task": "cases.draw_spot_checks", "schedule": crontab(minute=12, hour=6)},
    "remind-controls": {"task": "cases.remind_controls", "schedule": crontab(minute=27)},
    "remind-samples": {"task": "cases.remind_samples", "schedule": crontab(minute=41)},
    "open-meetings": {"task": "cases.open_meetings", "schedule": crontab(minute=35, hour=6)},
    "remind-hazards": {"task": "cases.remind_hazards", "schedule": crontab(minute=31)},
    "archive-ripe": {"task": "cases.archive_ripe", "schedule": crontab(minute="7-59/10")},
    "publish-results": {"task": "cases.publish_results", "schedule": crontab(minute="*/10")},
    "score-last-month": {"task": "assessment.score_last_month", "schedule": crontab(minute=30, hour=2, day_of_month=1)},
    "sync-permissions": {"task": "organisation.sync_permissions", "schedule": crontab(minute="*/5")},
    "enrol-newcomers": {"task": "notices.enrol_newcomers", "schedule": crontab(minute="2-59/5")},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "apps.core.parsers.StrictJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.core.problems.exception_handler",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=30)}
SPECTACULAR_SETTINGS = {
    "TITLE": "gridgov",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "/static/vendor/swagger",
    "SWAGGER_UI_FAVICON_HREF": "/static/vendor/swagger/favicon-32x32.png",
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "apps.grid.models.UnitKind",
        "FindingEnum": "apps.cases.sampling.Finding",
        "ResidenceKindEnum": "apps.residents.choices.ResidenceKind",
    },
}

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"

# Personal fields are encrypted and hashed under these keys: id:base64 of 32 bytes, newest first, commas between.
FIELD_KEYS = os.environ.get("GRIDGOV_FIELD_KEYS", "")
HASH_KEYS = os.environ.get("GRIDGOV_HASH_KEYS", "")

# How notices leave the inbox. Links in them begin with the site's address.
NOTICE_CHANNELS = channels_from_environment(os.environ)
SITE_ADDRESS = os.environ.get("GRIDGOV_SITE_ADDRESS", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").rstrip("/")
NOTICE_PROXY = os.environ.get("GRIDGOV_NOTICE_PROXY", "")
NOTICE_CONNECT_SECONDS = 3.0
NOTICE_READ_SECONDS = 5.0
NOTICE_TOTAL_SECONDS = 10.0
NOTICE_MOST_ATTEMPTS = 10

# What happens to cases is told to other systems (docs/webhooks.md).
WEBHOOK_HTTP_HOSTS, WEBHOOK_INTERNAL_NETWORKS = hosts_and_networks(os.environ)
WEBHOOK_ALGORITHM = algorithm_of(os.environ)
WEBHOOK_CONNECT_SECONDS = 3.0
WEBHOOK_READ_SECONDS = 5.0
WEBHOOK_TOTAL_SECONDS = 10.0
# With the waits of webhooks/claims.py, sixteen attempts take about thirty hours.
WEBHOOK_MOST_ATTEMPTS = 16
WEBHOOK_PAUSE_DAYS = 3
WEBHOOK_ROTATION_HOURS = 24
WEBHOOK_KEEP_DAYS = days_from(os.environ.get("GRIDGOV_WEBHOOK_KEEP_DAYS", "30"), name="GRIDGOV_WEBHOOK_KEEP_DAYS")

# Whether a commit that wrote to the outbox also rings for a worker (tests drain by hand).
OUTBOX_WAKES_WORKERS = True
# How long delivered outbox messages are kept.
OUTBOX_KEEP_DAYS = days_from(os.environ.get("GRIDGOV_OUTBOX_KEEP_DAYS", "30"), name="GRIDGOV_OUTBOX_KEEP_DAYS")

# The sweep must succeed again within so many seconds, or the alarm is raised (core/standstills.py).
SWEEP_ALARM_SECONDS = int(os.environ.get("GRIDGOV_SWEEP_ALARM_SECONDS", "180"))
# How often each web and worker process looks for a standstill (0: never), and how old it is before it begins to.
STANDSTILL_LOOK_SECONDS = 60
STANDSTILL_GRACE_SECONDS = 60
# A job that kills its worker is not begun again after so many attempts.
JOB_MOST_ATTEMPTS = 3
# Who started a job that took longer than so many seconds is told of its end; of a failure always.
JOB_NOTICE_SECONDS = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Each call would be logged with its whole URL, in which webhooks carry their keys.
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}},
}
