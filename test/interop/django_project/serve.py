"""
Serves the project on a free port of this machine until standard input ends, which it also does when
the test that started us dies. Says in one line of JSON where it listens and who can log in.
"""
import json
import os
import socketserver
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
if sys.pycache_prefix:
    # The launchers turn bytecode off; without it every start compiles all of Django again.
    sys.dont_write_bytecode = False

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application


class ThreadedServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def make_user():
    from django.contrib.auth.models import User

    name, password = os.environ["USER_NAME"], os.environ["USER_PASSWORD"]
    user = User.objects.filter(username=name).first() or User.objects.create_user(name, password=password)
    return {"id": str(user.pk), "name": name, "encodedPassword": user.password}


def main():
    application = get_wsgi_application()
    # A table of sessions that is there already, made by the other side, counts as migrated.
    call_command("migrate", verbosity=0, interactive=False, fake_initial=True)
    user = make_user()
    server = ThreadedServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port, "user": user}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
