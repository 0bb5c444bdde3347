"""The OpenAPI document says by what a request shows who asks, as the rules in force have it."""

import httpx
import pytest
from api_world import NOW, VENDORS

from exporters.access.passwords import Passwords
from exporters.access.rules import Rules
from exporters.api import Desk, api
from exporters.api.security import SCHEMES
from monitor.config import Token
from monitor.store import Store

TOKEN = Token(name="ci", sha256="0" * 64)
PASSWORDS = Passwords({"ann": "$2b$04$" + "a" * 53})


async def documents(rules: Rules):
    """Return the document for programs, and the one for people."""
    desk = Desk(Store.open("sqlite://"), vendors=VENDORS, clock=lambda: NOW)
    app = api(desk, version="1", schemes=lambda: rules.schemes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        found = await client.get("/api/v1/openapi.json")
        return found.json(), (await client.get("/api/docs")).text


@pytest.mark.parametrize(
    ("rules", "security"),
    [
        (Rules(tokens={TOKEN.sha256: TOKEN}), [{"bearer": []}]),
        (Rules(passwords=PASSWORDS), [{"basic": []}]),
        (
            Rules(passwords=PASSWORDS, tokens={TOKEN.sha256: TOKEN}),
            [{"basic": []}, {"bearer": []}],
        ),
        (Rules(needs_certificate=True), [{"certificate": []}]),
        (
            Rules(needs_certificate=True, tokens={TOKEN.sha256: TOKEN}),
            [{"certificate": [], "bearer": []}],
        ),
    ],
    ids=["token", "password", "either", "certificate", "both"],
)
async def test_what_must_be_shown_is_told_as_a_scheme_and_so_is_the_refusal(rules, security):
    document, page = await documents(rules)

    names = {name for way in security for name in way}
    assert document["security"] == security
    assert document["components"]["securitySchemes"] == {name: SCHEMES[name] for name in names}
    for item in document["paths"].values():
        content = item["get"]["responses"]["401"]["content"]
        assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert all(SCHEMES[name]["description"].rstrip(".") in page for name in names)


async def test_where_everybody_may_ask_nothing_is_told():
    document, page = await documents(Rules())

    assert "security" not in document
    assert "securitySchemes" not in document["components"]
    assert not [item for item in document["paths"].values() if "401" in item["get"]["responses"]]
    assert "Who asks" not in page


async def test_other_rules_that_come_into_force_are_told_at_once():
    rules = [Rules(), Rules(tokens={TOKEN.sha256: TOKEN})]
    desk = Desk(Store.open("sqlite://"), vendors=VENDORS, clock=lambda: NOW)
    app = api(desk, version="1", schemes=lambda: rules[0].schemes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        before = (await client.get("/api/v1/openapi.json")).json()
        rules.reverse()
        after = (await client.get("/api/v1/openapi.json")).json()
        rules.reverse()
        again = (await client.get("/api/v1/openapi.json")).json()

    assert "security" not in before
    assert after["security"] == [{"bearer": []}]
    assert again == before
