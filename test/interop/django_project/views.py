"""
What a visitor can do with a session, one route each. The Nest application beside us has the same
routes, so that a test need not know whom it is talking to.
"""
import json
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse, JsonResponse

from hold import Hold

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
hold = Hold()


def done():
    return HttpResponse(status=204)


def session(request):
    """The whole session. Its data travel as a text, because numbers would not survive a parser."""
    text = json.dumps(dict(request.session.items()), separators=(",", ":"))
    return JsonResponse({"key": request.session.session_key, "text": text})


def update(request):
    request.session.update(json.loads(request.body))
    return done()


def delete(request):
    for name in json.loads(request.body):
        del request.session[name]
    return done()


def expiry(request):
    """GET: when it ends. POST: a number of seconds, {"seconds": n} for an instant that far away, or null."""
    if request.method == "GET":
        return JsonResponse(
            {
                "age": request.session.get_expiry_age(),
                "atBrowserClose": request.session.get_expire_at_browser_close(),
            }
        )
    value = json.loads(request.body)["expiry"]
    request.session.set_expiry(timedelta(**value) if isinstance(value, dict) else value)
    return done()


def cycle(request):
    request.session.cycle_key()
    return done()


def flush(request):
    request.session.flush()
    return done()


def test_cookie(request):
    if request.method == "GET":
        return JsonResponse({"worked": request.session.test_cookie_worked()})
    request.session.set_test_cookie()
    return done()


def log_in(request):
    found = authenticate(request, **json.loads(request.body))
    if found is None:
        return HttpResponse(status=403)
    login(request, found)
    return done()


def log_out(request):
    logout(request)
    return done()


def user(request):
    """Who is logged in, as django.contrib.auth sees it: with the session's hash verified."""
    return JsonResponse({"user": request.user.get_username() if request.user.is_authenticated else None})


def held_update(request):
    """Reads the session, then waits until the test lets it go on, then writes."""
    request.session.get("anything")
    hold.wait_inside()
    return update(request)


def held_entered(request):
    hold.wait_until_entered()
    return done()


def held_release(request):
    hold.release()
    return done()


def stored(request, key):
    return JsonResponse({"stored": SessionStore().exists(key)})


def clear_expired(request):
    """What the command clearsessions does."""
    SessionStore.clear_expired()
    return done()
