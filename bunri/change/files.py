"""Files that a power cut cannot halve, and one canonical form of data so that a digest means one thing."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path


def canonical(data: object) -> bytes:
    """Return ``data`` as canonical JSON (after RFC 8785): sorted keys, no blanks; equal data give equal bytes."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(data: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of a text's UTF-8 form, as 64 hexadecimal digits."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def write_atomic(path: Path, data: bytes | str, mode: int = 0o644) -> None:
    """Write ``data`` so that a reader, or a restart after a power cut, sees the old or the new file, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed entry of ``folder`` survive a power cut (POSIX only; elsewhere the rename must do)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Fingerprints:
    """Digests of texts that hold secrets, under a key that stays on the control node.

    A bare hash of a text whose only unknown is a password lets anybody who reads the journal try passwords; a keyed one
    (RFC 2104) does not. The key is made at first use, readable by its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fingerprint.key"
        if not self._path.exists():
            write_atomic(self._path, secrets.token_hex(32), mode=0o600)
        self._key = bytes.fromhex(self._path.read_text(encoding="ascii").strip())

    def of(self, text: str) -> str:
        """Return the keyed digest of ``text``: 64 hexadecimal digits."""
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
