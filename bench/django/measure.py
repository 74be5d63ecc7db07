"""
What Django's own session layer costs in CPython: its codec, and its middleware around a view, by its own request
factory and without any server. Settings come as JSON in the first argument; answers one line of JSON.
"""
import json
import statistics
import sys
import time

if sys.pycache_prefix:
    sys.dont_write_bytecode = False

import django
from django.conf import settings

given = json.loads(sys.argv[1])
settings.configure(
    SECRET_KEY="a secret of more than thirty-two characters",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=["django.contrib.sessions"],
    SESSION_SERIALIZER="django.contrib.sessions.serializers.JSONSerializer",
    USE_TZ=True,
    ALLOWED_HOSTS=["*"],
)
django.setup()

from importlib import import_module

from django.contrib.sessions.middleware import SessionMiddleware
from django.core import signing
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory

call_command("migrate", verbosity=0, interactive=False)


def microseconds(step, budget=0.01, rounds=given["rounds"]):
    """The median of several batches."""
    amount = 4
    while True:
        began = time.perf_counter()
        for _ in range(amount):
            step()
        if time.perf_counter() - began > budget:
            break
        amount *= 2
    batches = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(amount):
            step()
        batches.append((time.perf_counter() - began) / amount * 1e6)
    return statistics.median(batches)


def codec(payload):
    store = import_module("django.contrib.sessions.backends.db").SessionStore()
    encoded = store.encode(payload)
    text = json.dumps(payload)
    signer = signing.TimestampSigner(salt="salt")
    signed = signer.sign(text)
    return {
        "encode and sign": microseconds(lambda: store.encode(payload)),
        "verify and decode": microseconds(lambda: store.decode(encoded)),
        "sign": microseconds(lambda: signer.sign(text)),
        "verify": microseconds(lambda: signer.unsign(signed)),
        "a new key": microseconds(store._get_new_session_key),
    }


def layer(engine, payload):
    """The middleware around a view, less the view alone."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends." + engine
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update({"n": 0, "payload": payload})
    store.save()
    factory = RequestFactory()
    factory.cookies["sessionid"] = store.session_key
    response = HttpResponse(b"{}")

    def untouched(request):
        return HttpResponse(b"{}")

    def read(request):
        request.session["n"]
        return HttpResponse(b"{}")

    def write(request):
        request.session["n"] = request.session["n"] + 1
        return HttpResponse(b"{}")

    bare = microseconds(lambda: untouched(factory.get("/")))
    return {
        view.__name__: microseconds(lambda: handle(factory.get("/"))) - bare
        for view in (untouched, read, write)
        for handle in [SessionMiddleware(view)]
    }


print(
    json.dumps(
        {
            "version": django.get_version(),
            "python": sys.version.split()[0],
            "codec": {size: codec({"n": 1, "payload": payload}) for size, payload in given["payloads"].items()},
            "layer": {
                engine: layer(engine, given["usual"])
                for engine in ("db", "cache", "cached_db", "signed_cookies")
            },
        }
    )
)
