"""Stops a request in the middle, so that something else can happen meanwhile."""
from threading import Event

LONGEST = 10  # seconds; a test that forgets a request must not keep it for ever


class Hold:
    def __init__(self):
        self.entered = Event()
        self.released = Event()

    def wait_inside(self):
        self.entered.set()
        self.released.wait(LONGEST)
        self.entered.clear()
        self.released.clear()

    def wait_until_entered(self):
        self.entered.wait(LONGEST)

    def release(self):
        self.released.set()
