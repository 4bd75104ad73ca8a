"""Files sealed with a pass phrase, chunk by chunk, so that they can be read from any place.

A header (magic, salt, prefix, mark of the key), then chunks of 256 KiB with 16 bytes of proof
each. The number of a chunk and whether it is the last one are part of its nonce: chunks cannot be
left out, changed places or cut off at the end.
"""

import io
import os
import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from typing_extensions import override

from librechat.maintenance.errors import BackupDamagedError, BackupKeyError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC = b"LCSEAL1\n"
SALT_BYTES, PREFIX_BYTES, PROOF_BYTES = 16, 7, 16
HEADER_BYTES = len(MAGIC) + SALT_BYTES + PREFIX_BYTES + PROOF_BYTES
CHUNK_BYTES = 256 * 1024
SEALED_BYTES = CHUNK_BYTES + PROOF_BYTES
MARK, LAST, MORE = 2, 1, 0  # what a nonce is for

WRONG_KEY = "BACKUP_KEY does not open this backup. Set it to the key the backup was made with."
DAMAGED = "The backup was cut off or changed after it was made. Take another one."


class SealedWriter(io.RawIOBase):
    """Seals what is written; only what was closed without a failure can be read again."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self._target = target
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._cipher = _cipher(passphrase, salt)
        self._waiting = bytearray()
        self._number = 0
        mark = self._cipher.encrypt(_nonce(self._prefix, 0, MARK), b"", MAGIC)
        target.write(MAGIC + salt + self._prefix + mark)

    @override
    def writable(self) -> bool:
        """Say yes."""
        return True

    @override
    def write(self, data: "ReadableBuffer", /) -> int:
        """Take bytes and seal every chunk that is full and not the last one."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), MORE)
            del self._waiting[:CHUNK_BYTES]
        return len(memoryview(data).cast("B"))  # bytes, whatever it held

    def finish(self) -> None:
        """Seal the last chunk."""
        self._seal(bytes(self._waiting), LAST)
        self._waiting.clear()

    def _seal(self, chunk: bytes, kind: int) -> None:
        self._target.write(
            self._cipher.encrypt(_nonce(self._prefix, self._number, kind), chunk, b"")
        )
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file as if it were open.

    Raises:
        BackupKeyError: the pass phrase is another one.
        BackupDamagedError: when a chunk is not what was written.
    """

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        self._source = source
        self._place = 0
        self._held: tuple[int, bytes] = (-1, b"")
        size = source.seek(0, os.SEEK_END) - HEADER_BYTES
        if size < PROOF_BYTES:
            raise BackupDamagedError(DAMAGED)
        self._chunks = -(-size // SEALED_BYTES)
        self._size = size - self._chunks * PROOF_BYTES
        source.seek(len(MAGIC))
        salt = source.read(SALT_BYTES)
        self._prefix, mark = source.read(PREFIX_BYTES), source.read(PROOF_BYTES)
        self._cipher = _cipher(passphrase, salt)
        try:
            self._cipher.decrypt(_nonce(self._prefix, 0, MARK), mark, MAGIC)
        except InvalidTag as exc:
            raise BackupKeyError(WRONG_KEY) from exc
        self._chunk(self._chunks - 1)  # a file that was cut off has no last chunk

    @override
    def readable(self) -> bool:
        """Say yes."""
        return True

    @override
    def seekable(self) -> bool:
        """Say yes."""
        return True

    @override
    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._place

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, begin + offset)
        return self._place

    @override
    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read up to the end of a chunk."""
        if self._place >= self._size:
            return 0
        number, start = divmod(self._place, CHUNK_BYTES)
        view = memoryview(buffer).cast("B")  # bytes, whatever it held
        found = self._chunk(number)[start : start + len(view)]
        view[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(HEADER_BYTES + number * SEALED_BYTES)
            sealed = self._source.read(SEALED_BYTES)
            kind = LAST if number == self._chunks - 1 else MORE
            try:
                opened = self._cipher.decrypt(_nonce(self._prefix, number, kind), sealed, b"")
            except InvalidTag as exc:
                raise BackupDamagedError(DAMAGED) from exc
            self._held = (number, opened)
        return self._held[1]


def is_sealed(path: Path) -> bool:
    """Return whether a file is sealed."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    # Slow by design: 32 MB and a tenth of a second for each guess of a pass phrase.
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, kind: int) -> bytes:
    return prefix + struct.pack(">IB", number, kind)
