"""What every request passes: is it asked by a name of ours, and by somebody who may ask?

`/healthz` is open to all, and `/readyz` says to all whether we are ready, but not why not.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.access.hosts import host_of, is_ours
from exporters.access.passwords import TooManyTries
from exporters.access.peers import Peer
from exporters.access.rules import Rules
from exporters.api.problems import problem
from monitor.plain import visible

HEALTH, READINESS = "/healthz", "/readyz"
_API = "/api/"
_LONGEST_NAME = 100
_REFUSAL_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_REALM = 'realm="vendorstatus"'


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a request is not answered, in a sentence."""

    status: int
    title: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        """Return the answer that says so, of the API in the API's form."""
        headers = {**_REFUSAL_HEADERS, **self.headers}
        if request.url.path.startswith(_API):
            return problem(request, self.status, self.title, self.detail, headers=headers)
        return PlainTextResponse(f"{self.detail}\n", status_code=self.status, headers=headers)


class Gate:
    """Lets the requests through to an application that may be answered by the rules in force."""

    def __init__(self, app: ASGIApp, rules: Callable[[], Rules]) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or with a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        rules = self._rules()
        refusal = await _refusal(rules, scope)
        answer: ASGIApp = self._app
        if refusal is not None and scope["path"] == READINESS:
            scope = {**scope, "state": {**scope.get("state", {}), "is_unknown": True}}
        elif refusal is not None and scope["path"] != HEALTH:
            answer = refusal.response(Request(scope))
        await answer(scope, receive, _with_headers(send, rules))


def _with_headers(send: Send, rules: Rules) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if rules.asks_for_credentials:
                _keep_to_the_asker(headers)
            headers.update(rules.headers)
        await send(message)

    return send_with_headers


def _keep_to_the_asker(headers: MutableHeaders) -> None:
    """Let nobody have an answer from a cache without asking us: who could ask a minute ago may not
    any more.
    """
    if "no-store" not in headers.get("cache-control", ""):
        headers["cache-control"] = "private, no-cache"
    headers.add_vary_header("Authorization")


async def _refusal(rules: Rules, scope: Scope) -> _Refusal | None:
    headers = Headers(scope=scope)
    peer: Peer = scope.get("state", {}).get("peer", Peer())
    if rules.peers and rules.peers.isdisjoint(peer.names):
        detail = "your certificate has none of the names that may ask (client_allowed_sans)"
        return _Refusal(403, "Not allowed", detail)
    if rules.asks_for_credentials:
        return None if _is_preflight(scope, headers) else await _of_credentials(rules, headers)
    if peer.is_encrypted:  # a page of another name has no certificate for it
        return None
    return _of_host(rules, headers)


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    """Whether a browser only asks if it may ask; it shows no credentials then."""
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def _of_credentials(rules: Rules, headers: Headers) -> _Refusal | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    try:
        if await _is_known(rules, scheme.lower(), credentials.strip()):
            return None
    except TooManyTries:
        detail = "too many passwords are being tried; ask again"
        return _Refusal(429, "Too many tries", detail, {"retry-after": "1"})
    ways = []
    challenges = []
    if rules.passwords is not None:
        ways.append("a user and password")
        challenges.append(f'Basic {_REALM}, charset="UTF-8"')
    if rules.tokens:
        ways.append("a token (Authorization: Bearer ...)")
        challenges.append(f"Bearer {_REALM}")
    problem_with = "what you showed is not valid" if scheme else "who may ask must be known"
    detail = f"{problem_with}; show {' or '.join(ways)}"
    return _Refusal(401, "Not authorised", detail, {"www-authenticate": ", ".join(challenges)})


async def _is_known(rules: Rules, scheme: str, credentials: str) -> bool:
    if scheme == "bearer":
        # A digest is compared, not the token: how long that takes says nothing of use.
        return sha256(credentials.encode()).hexdigest() in rules.tokens
    if scheme == "basic" and rules.passwords is not None:
        user, password = _basic(credentials)
        return await rules.passwords.match(user, password)
    return False


def _basic(credentials: str) -> tuple[str, bytes]:
    """Return user and password; empty ones of what is not in that form."""
    try:
        user, _, password = b64decode(credentials, validate=True).partition(b":")
    except ValueError:
        return "", b""
    return user.decode(errors="replace"), password


def _of_host(rules: Rules, headers: Headers) -> _Refusal | None:
    host = headers.get("host")
    if host is None or is_ours(host, rules.hosts, is_local=rules.is_local):
        return None
    name = visible(host_of(host))[:_LONGEST_NAME]
    detail = f"{name} is no name of this server; if it is, add it to `server.hosts` in the settings"
    return _Refusal(421, "Misdirected request", detail)
