"""Passwords: verified once, remembered, and never many at once."""

import asyncio

import pytest
from authorities import hashed

from exporters.access.passwords import MOST_CHECKS, MOST_WRONG, Passwords, TooManyTries


class Counted:
    """Verifies as bcrypt would, at once, and counts."""

    def __init__(self):
        self.count = 0

    def __call__(self, password, digest):
        self.count += 1
        return digest == b"hash of " + password


def users(verify):
    return Passwords({"ann": "hash of right", "bob": "hash of other"}, verify)


async def test_only_the_user_s_own_password_is_right():
    passwords = Passwords({"ann": hashed("right"), "bob": hashed("other")})

    assert await passwords.match("ann", b"right")
    assert not await passwords.match("ann", b"other")
    assert not await passwords.match("ann", b"")
    assert not await passwords.match("nobody", b"right")
    assert not await passwords.match("", b"")
    assert not await passwords.match("ann", b"ri\0ght")
    assert not await passwords.match("ann", b"\xff" * 200)


async def test_bcrypt_reads_72_bytes_and_so_do_we():
    passwords = Passwords({"ann": hashed("x" * 72)})

    assert await passwords.match("ann", b"x" * 72 + b"whatever")
    assert not await passwords.match("ann", b"x" * 71)


async def test_what_was_verified_is_not_verified_again():
    verify = Counted()
    passwords = users(verify)

    assert [await passwords.match("ann", b"right") for _ in range(3)] == [True] * 3
    assert [await passwords.match("ann", b"wrong") for _ in range(3)] == [False] * 3
    assert verify.count == 2


async def test_those_who_wait_with_the_same_password_are_one_try():
    verify = Counted()
    passwords = users(verify)

    assert all(await asyncio.gather(*(passwords.match("ann", b"right") for _ in range(8))))
    assert verify.count == 1


async def test_wrong_ones_push_no_right_one_out_and_are_forgotten_in_turn():
    verify = Counted()
    passwords = users(verify)
    await passwords.match("ann", b"right")
    for number in range(MOST_WRONG + 1):
        await passwords.match("ann", b"%d" % number)
    before = verify.count
    await passwords.match("ann", b"right")
    await passwords.match("ann", b"1")

    assert verify.count == before
    await passwords.match("ann", b"0")
    assert verify.count == before + 1


async def test_more_tries_than_may_wait_are_refused_and_known_ones_are_not():
    passwords = users(Counted())
    await passwords.match("ann", b"right")
    tries = [asyncio.create_task(passwords.match("ann", b"%d" % n)) for n in range(MOST_CHECKS)]
    await asyncio.sleep(0)

    with pytest.raises(TooManyTries):
        await passwords.match("ann", b"one more")
    assert await passwords.match("ann", b"right")
    assert not any(await asyncio.gather(*tries))
    assert not await passwords.match("ann", b"one more")


async def test_nobody_takes_as_long_as_somebody():
    verify = Counted()

    await users(verify).match("nobody", b"right")

    assert verify.count == 1
