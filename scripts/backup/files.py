"""The files of a backup: lines of COPY text in gzip, written and read as a stream."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

from scripts.row_checksum import BATCH_BYTES

_GZIP = 31  # window bits: 15, and 16 for the gzip header
_LEVEL = 1
# Batches that may wait for the compressor: it and the server work at the same time.
_WAITING = 4


class GzipWriter:
    """Writes a new file (0600) as gzip, and hashes it, in a thread of its own.

    Raises OSError at a later call when the disk refuses. `size` and `sha256` are those of the
    compressed file, complete when the context has ended.
    """

    def __init__(self, path: Path) -> None:
        """Make the file; it must not be there."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._hash = hashlib.sha256()
        self._worker = ThreadPoolExecutor(1)
        self._pending: deque[Future[None]] = deque()
        self.size = 0

    def __enter__(self) -> GzipWriter:
        return self

    def write(self, data: bytes) -> None:
        """Hand over a batch; waits when four are waiting already."""
        self._pending.append(self._worker.submit(self._compress, data))
        while len(self._pending) > _WAITING:
            self._pending.popleft().result()

    @property
    def sha256(self) -> str:
        """Give the hash of what was written so far."""
        return self._hash.hexdigest()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is left, down to the disk; after an error only close."""
        try:
            if kind is None:
                for future in self._pending:
                    future.result()
                self._put(self._compressor.flush())
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._worker.shutdown(cancel_futures=True)
            # Closing writes what is buffered, and fails once more on a full disk.
            with suppress(OSError) if kind else nullcontext():
                self._file.close()

    def _compress(self, data: bytes) -> None:
        self._put(self._compressor.compress(data))

    def _put(self, packed: bytes) -> None:
        self._hash.update(packed)
        self.size += len(packed)
        self._file.write(packed)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpacked(path: Path) -> Iterator[list[bytes]]:
    """Unpack a file and give its lines in batches; raises OSError and zlib.error.

    An incomplete last line is given as it is: the checksum will not agree.
    """
    decompressor = zlib.decompressobj(_GZIP)
    rest: list[bytes] = []
    with path.open("rb") as file:
        while packed := file.read(BATCH_BYTES // 8):
            while packed:
                # Text that repeats itself unpacks to a thousand times its size.
                text = decompressor.decompress(packed, BATCH_BYTES)
                packed = decompressor.unconsumed_tail
                head, newline, tail = text.rpartition(b"\n")
                if newline:
                    yield b"".join((*rest, head, newline)).splitlines(keepends=True)
                    rest = [tail]
                else:
                    rest.append(tail)
    if any(rest):
        yield [b"".join(rest)]
