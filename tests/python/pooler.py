"""A pooler in transaction mode, as hosted databases have one on port 6543: enough of one to be told.

Each transaction of a client gets the backend that has been idle for the longest; between
transactions a client has none. It speaks the protocol of PostgreSQL 3.0 without TLS and passwords.
"""

from __future__ import annotations

import queue
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from scripts.settings import Target

_READY, _IDLE = b"Z", b"I"


class Pooler:
    """Listens on a port of this machine, in front of a server that listens on a socket."""

    def __init__(self, target: Target, backends: int, *, reset: bool, sticky: bool) -> None:
        """Open the backends; with `reset` each is told `reset all` when it is given back.

        With `sticky` a client gets the same backend each time.
        """
        self.target = target
        self.reset = reset
        self.sticky = sticky
        self.pool: queue.Queue[socket.socket] = queue.Queue()
        self.all: list[socket.socket] = []
        self.greeting = b""
        for _ in range(backends):
            self.pool.put(self._backend())
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _backend(self) -> socket.socket:
        backend = socket.socket(socket.AF_UNIX)
        backend.connect(f"{self.target.host}/.s.PGSQL.{self.target.port}")
        words = f"user\0{self.target.user}\0database\0{self.target.dbname}\0\0".encode()
        backend.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        self.greeting = b"".join(part for part, _ in _until_ready(backend))
        self.all.append(backend)
        return backend

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.all.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            (length, code) = struct.unpack("!ii", _exactly(client, 8))
            while code in (80877103, 80877104):  # a client that asks for TLS or GSS is told no
                client.sendall(b"N")
                (length, code) = struct.unpack("!ii", _exactly(client, 8))
            _exactly(client, length - 8)
            client.sendall(self.greeting)
            own = self.pool.get() if self.sticky else None
            while True:
                first = _message(client)
                if first[:1] == b"X":
                    return
                self._transaction(client, first, own)

    def _transaction(self, client: socket.socket, first: bytes, own: socket.socket | None) -> None:
        """Lend a backend until it says that no transaction is open."""
        backend = own or self.pool.get()
        try:
            message = first
            while True:
                backend.sendall(message)
                # Of the extended protocol only Sync is answered with being ready.
                while message[:1] not in (b"Q", b"S"):
                    message = _message(client)
                    backend.sendall(message)
                if self._answer(backend, client) == _IDLE:
                    return
                message = _message(client)
        finally:
            if self.reset:
                backend.sendall(b"Q" + struct.pack("!i", 14) + b"reset all\0")
                list(_until_ready(backend))
            if not own:
                self.pool.put(backend)

    @staticmethod
    def _answer(backend: socket.socket, client: socket.socket) -> bytes:
        """Pass an answer on, and give the state of the transaction that it ends with."""
        state = b""
        for part, told in _until_ready(backend):
            state = told
            client.sendall(part)
        return state

    def close(self) -> None:
        """Close everything."""
        for held in (self.listener, *self.all):
            held.close()


def _exactly(source: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = source.recv(length - len(found))
        if not part:
            raise ConnectionError
        found += part
    return found


def _message(source: socket.socket) -> bytes:
    head = _exactly(source, 5)
    return head + _exactly(source, struct.unpack("!i", head[1:])[0] - 4)


def _until_ready(backend: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Give message by message, with the state of the transaction the last one tells."""
    while True:
        message = _message(backend)
        yield message, message[5:6]
        if message[:1] == _READY:
            return


@contextmanager
def transaction_pooler(
    target: Target, *, backends: int = 2, reset: bool = False, sticky: bool = False
) -> Iterator[Target]:
    """Give the target as it is seen through a pooler."""
    pooler = Pooler(target, backends, reset=reset, sticky=sticky)
    try:
        yield replace(target, host="127.0.0.1", port=pooler.port)
    finally:
        pooler.close()
