"""What every request passes: who may ask what, by which name."""

import json
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest
from authorities import hashed
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from exporters.access.gate import Gate
from exporters.access.passwords import Passwords
from exporters.access.peers import Peer
from exporters.access.rules import Rules
from monitor.config import Token

TOKEN = "vendorstatus_abc"
DIGEST = sha256(TOKEN.encode()).hexdigest()
BASIC = {"authorization": "Basic " + b64encode(b"ann:right").decode()}
BEARER = {"authorization": f"Bearer {TOKEN}"}
PREFLIGHT = {"origin": "https://a.example", "access-control-request-method": "GET"}
TOKENS = {DIGEST: Token("grafana", DIGEST)}


def of_users():
    return Rules(passwords=Passwords({"ann": hashed("right")}))


async def answer(request):
    kept = {"cache-control": request.query_params.get("kept", "max-age=300")}
    return JSONResponse({"unknown": getattr(request.state, "is_unknown", False)}, headers=kept)


APP = Starlette(
    routes=[
        Route(path, answer, methods=["GET", "POST", "OPTIONS"])
        for path in ("/metrics", "/healthz", "/readyz", "/api/v1", "/mcp")
    ]
)


async def ask(
    rules, path="/metrics", *, host="127.0.0.1:9184", method="GET", headers=(), peer=None
):
    gate = Gate(APP, lambda: rules)

    async def with_peer(scope, receive, send):
        state = {} if peer is None else {"state": {"peer": peer}}
        await gate({**scope, **state}, receive, send)

    transport = httpx.ASGITransport(app=with_peer)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.request(method, path, headers={"host": host, **dict(headers)})


@pytest.mark.parametrize(
    ("shown", "users", "tokens", "both"),
    [
        ({}, 401, 401, 401),
        (BASIC, 200, 401, 200),
        (BEARER, 401, 200, 200),
        ({"authorization": "bearer " + TOKEN}, 401, 200, 200),
        ({"authorization": "Basic " + b64encode(b"ann:wrong").decode()}, 401, 401, 401),
        ({"authorization": "Basic " + b64encode(b"bob:right").decode()}, 401, 401, 401),
        ({"authorization": "Basic !"}, 401, 401, 401),
        ({"authorization": "Basic"}, 401, 401, 401),
        ({"authorization": f"Bearer {DIGEST}"}, 401, 401, 401),
        ({"authorization": f"Bearer {TOKEN}x"}, 401, 401, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401, 401, 401),
        ({"authorization": "Digest x"}, 401, 401, 401),
    ],
)
async def test_a_password_or_a_token_lets_in_and_nothing_else(shown, users, tokens, both):
    passwords = of_users().passwords
    for rules, expected in (
        (Rules(passwords=passwords), users),
        (Rules(tokens=TOKENS), tokens),
        (Rules(passwords=passwords, tokens=TOKENS), both),
    ):
        for path in ("/metrics", "/api/v1", "/mcp"):
            assert (await ask(rules, path, headers=shown)).status_code == expected
        assert (await ask(rules, "/healthz", headers=shown)).status_code == 200


async def test_a_refusal_says_what_to_show_and_is_kept_nowhere():
    rules = Rules(passwords=of_users().passwords, tokens=TOKENS)
    refused = await ask(rules)

    assert refused.text == (
        "who may ask must be known; show a user and password or a token (Authorization: Bearer ...)\n"
    )
    assert refused.headers["www-authenticate"] == (
        'Basic realm="vendorstatus", charset="UTF-8", Bearer realm="vendorstatus"'
    )
    assert refused.headers["cache-control"] == "no-store"
    assert (await ask(Rules(tokens=TOKENS))).headers["www-authenticate"].startswith("Bearer ")


async def test_the_api_refuses_in_its_own_form():
    refused = await ask(of_users(), "/api/v1", headers={"authorization": "Basic eA=="})

    assert refused.headers["content-type"] == "application/problem+json"
    assert (
        json.loads(refused.text)["detail"]
        == "what you showed is not valid; show a user and password"
    )


@pytest.mark.parametrize("shown", [{}, {"host": "rebind.attacker.example"}])
async def test_everybody_is_told_whether_we_are_ready_and_those_who_may_ask_why_not(shown):
    assert (await ask(of_users(), "/readyz", headers=shown)).json() == {"unknown": True}
    assert (await ask(of_users(), "/readyz", headers=BASIC)).json() == {"unknown": False}


async def test_a_browser_may_ask_whether_it_may_ask():
    assert (await ask(of_users(), method="OPTIONS", headers=PREFLIGHT)).status_code == 200
    assert (await ask(of_users(), method="OPTIONS")).status_code == 401
    assert (await ask(of_users(), headers=PREFLIGHT)).status_code == 401


async def test_a_foreign_name_is_misdirected():
    refused = await ask(Rules(), host="rebind.attacker.example:9184")

    assert refused.status_code == 421
    assert refused.text == (
        "rebind.attacker.example is no name of this server; if it is, add it to `server.hosts` in"
        " the settings\n"
    )
    assert (await ask(Rules(), "/healthz", host="rebind.attacker.example")).status_code == 200
    assert (await ask(Rules(hosts=frozenset({"a.example"})), host="A.example")).status_code == 200


@pytest.mark.parametrize(
    ("rules", "shown", "peer"),
    [
        (of_users(), BASIC, None),
        (Rules(tokens=TOKENS), BEARER, None),
        (Rules(), {}, Peer(True)),
        (Rules(needs_certificate=True), {}, Peer(True, frozenset({"a.example"}))),
    ],
)
async def test_who_shows_credentials_or_speaks_tls_is_no_rebinding(rules, shown, peer):
    asked = await ask(rules, host="public.example", headers=shown, peer=peer)

    assert asked.status_code == 200


async def test_that_a_proxy_says_https_is_no_tls():
    shown = {"x-forwarded-proto": "https"}

    assert (await ask(Rules(), host="public.example", headers=shown)).status_code == 421


async def test_a_certificate_needs_one_of_the_names():
    rules = Rules(needs_certificate=True, peers=frozenset({"prometheus.example", "10.0.0.7"}))

    for names, expected in (("prometheus.example", 200), ("10.0.0.7", 200), ("other.example", 403)):
        asked = await ask(rules, peer=Peer(True, frozenset({names, "more.example"})))
        assert asked.status_code == expected
    assert (await ask(rules)).status_code == 403


async def test_what_needs_credentials_is_in_no_cache_for_those_without():
    rules = Rules(tokens=TOKENS)
    asked = await ask(rules, headers=BEARER)
    strict = await ask(rules, "/metrics?kept=no-store", headers=BEARER)

    assert asked.headers["cache-control"] == "private, no-cache"
    assert asked.headers["vary"] == "Authorization"
    assert strict.headers["cache-control"] == "no-store"
    assert (await ask(Rules())).headers["cache-control"] == "max-age=300"


async def test_the_headers_of_the_file_are_on_every_answer():
    rules = Rules(tokens=TOKENS, headers={"X-Frame-Options": "deny"})

    for shown in ({}, BEARER):
        assert (await ask(rules, headers=shown)).headers["x-frame-options"] == "deny"
