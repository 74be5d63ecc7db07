"""
An ordinary Django site with sessions and users, the same for Django 3.2 to 6.1.
All that differs from run to run comes from the environment.
"""
import json
import os

env = os.environ.get

SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_KEY_FALLBACKS = json.loads(env("SECRET_KEY_FALLBACKS", "[]"))
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "urls"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"  # not UTC, so that a naive date would show

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
# Passwords are not what is tested here; the default hasher takes half a second each.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if env("MYSQL_DRIVER") == "pymysql":
    # The pure Python driver stands in where Debian's mysqlclient is too old for this Django.
    import pymysql

    pymysql.version_info = (2, 2, 8, "final", 0)
    pymysql.install_as_MySQLdb()

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + env("DATABASE_ENGINE", "sqlite3"),
        "NAME": os.environ["DATABASE_NAME"],
        "HOST": env("DATABASE_HOST", ""),
        "PORT": env("DATABASE_PORT", ""),
        "USER": env("DATABASE_USER", ""),
        "PASSWORD": env("DATABASE_PASSWORD", ""),
    }
}

if env("CACHE_BACKEND"):
    CACHES = {
        "default": {
            "BACKEND": env("CACHE_BACKEND"),
            "LOCATION": env("CACHE_LOCATION", ""),
            "KEY_PREFIX": env("CACHE_KEY_PREFIX", ""),
        }
    }

SESSION_ENGINE = "django.contrib.sessions.backends." + env("SESSION_ENGINE", "db")
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_FILE_PATH = env("SESSION_FILE_PATH") or None
SESSION_COOKIE_NAME = env("SESSION_COOKIE_NAME", "sessionid")
SESSION_COOKIE_AGE = int(env("SESSION_COOKIE_AGE", "1209600"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
