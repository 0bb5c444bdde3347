"""Users' passwords: verified with bcrypt in a thread, and remembered.

bcrypt takes 50 ms and more, on purpose. A scrape shows the same password every minute, and must not
cost that each time; what is remembered is a digest that is of no use to another process.
"""

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256

import bcrypt

MOST_CHECKS = 8
"""How many passwords are verified or wait for it at once: whoever tries many must not hold all
connections."""

MOST_WRONG = 256
"""How many wrong passwords are remembered."""

_LONGEST = 72
"""Bytes of a password that bcrypt reads; those after them were never part of any hash."""


class TooManyTries(Exception):
    """More passwords are being verified than may be; ask again."""


class Passwords:
    """The users, at least one, each with the bcrypt hash of a password."""

    def __init__(
        self,
        hashes: Mapping[str, str],
        verify: Callable[[bytes, bytes], bool] = bcrypt.checkpw,
    ) -> None:
        self._hashes = hashes
        self._verify = verify
        self._key = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._checks = 0
        self._turn = asyncio.Lock()

    async def match(self, user: str, password: bytes) -> bool:
        """Whether this is the user's password. Raises TooManyTries where others are tried."""
        digest = self._digest(user, password[:_LONGEST])
        verdict = self._recall(user, digest)
        if verdict is not None:
            return verdict
        if self._checks >= MOST_CHECKS:
            raise TooManyTries
        self._checks += 1
        try:
            return await self._check(user, password[:_LONGEST], digest)
        finally:
            self._checks -= 1

    async def _check(self, user: str, password: bytes, digest: bytes) -> bool:
        async with self._turn:
            verdict = self._recall(user, digest)  # who waited before us may have shown the same
            if verdict is not None:
                return verdict
            is_right = await asyncio.to_thread(self._is_right, user, password)
        if is_right:
            self._right[user] = digest
        else:
            self._wrong[digest] = None
            if len(self._wrong) > MOST_WRONG:
                self._wrong.popitem(last=False)
        return is_right

    def _recall(self, user: str, digest: bytes) -> bool | None:
        """Return what is remembered of this password; None = nothing."""
        if hmac.compare_digest(self._right.get(user, b""), digest):
            return True
        return False if digest in self._wrong else None

    def _is_right(self, user: str, password: bytes) -> bool:
        own = self._hashes.get(user)
        another = next(iter(self._hashes.values()))  # who is nobody must take as long to refuse
        try:
            matches = self._verify(password, (own or another).encode())
        except ValueError:  # bcrypt hashes no such password
            return False
        return matches and own is not None

    def _digest(self, user: str, password: bytes) -> bytes:
        return hmac.digest(self._key, user.encode() + b"\0" + password, sha256)
