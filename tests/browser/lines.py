"""A line between a browser and the service that can be cut so that requests arrive and no answer comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.browser.serving import HOST

CHUNK = 1 << 16


class Line:
    """Carries bytes both ways; while it is ``deaf``, whatever the service answers ends the connection unheard."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self.service = (str(parts.hostname), int(parts.port or 80))
        self.is_deaf = threading.Event()
        self.listening = socket.create_server((HOST, 0))
        self.address = f"http://{HOST}:{self.listening.getsockname()[1]}"
        self.unheard = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):  # the line is closed
            while True:
                browser, _from = self.listening.accept()
                service = socket.create_connection(self.service)
                for source, target, hears in ((browser, service, False), (service, browser, True)):
                    threading.Thread(target=self.carry, args=(source, target, hears), daemon=True).start()

    def carry(self, source: socket.socket, target: socket.socket, hears: bool) -> None:
        with suppress(OSError):  # either side may end it at any moment
            while data := source.recv(CHUNK):
                if hears and self.is_deaf.is_set():
                    self.unheard += 1
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let nothing of what the service answers come back."""
        before = self.unheard
        self.is_deaf.set()
        try:
            yield
        finally:
            self.is_deaf.clear()
        assert self.unheard > before, "nothing was answered while nobody heard"


@contextmanager
def line_to(site: str) -> Iterator[Line]:
    """Lay a line to a service."""
    line = Line(site)
    try:
        yield line
    finally:
        line.listening.close()
