"""Ask the API of a monitor elsewhere one question. Whatever is no answer raises: nothing that
failed may be taken for an answer.
"""

import json
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from monitor.errors import ServerError
from monitor.plain import masked_url, secrets_of, visible, without

MOST_BYTES = 16 * 1024 * 1024
TIMEOUT_SECONDS = 20.0
_LONGEST_DETAIL = 300
_NOT_AN_API = "is it the address of a `monitor serve` of this version?"

Parameters = Sequence[tuple[str, str]]


def ask_server(
    url: str,
    path: str,
    parameters: Parameters,
    *,
    token: str | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Mapping[str, Any]:
    """Return the JSON object that a server answers at a path.

    Authorities are the usual ones, or those of SSL_CERT_FILE. The environment's proxies are not
    used, and no redirect is followed: it would carry the token elsewhere. Raises ServerError.
    """
    address = masked_url(url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with httpx.Client(
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            trust_env=False,
            verify=httpx.create_ssl_context(),
        ) as client:
            return _answer(client, f"{url.rstrip('/')}{path}", parameters, address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        secrets = secrets_of(url) | ({token} if token else set())
        raise ServerError(without(_why(error, address), secrets)) from error


def _answer(
    client: httpx.Client, url: str, parameters: Parameters, address: str
) -> Mapping[str, Any]:
    with client.stream("GET", url, params=list(parameters)) as response:
        body = _body(response, address)
    document = _object(body)
    if response.status_code == HTTPStatus.OK and document is not None:
        return document
    raise ServerError(_refusal(response, document, address))


def _body(response: httpx.Response, address: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ServerError(f"{address} answered more than {MOST_BYTES >> 20} MiB; {_NOT_AN_API}")
    return bytes(body)


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refusal(response: httpx.Response, document: Mapping[str, Any] | None, address: str) -> str:
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return f"{address} wants to know who asks; set MONITOR_TOKEN to a token that it accepts"
    if status == HTTPStatus.FORBIDDEN:
        return (
            f"{address} does not let this token ask; set MONITOR_TOKEN to one with the scope read"
        )
    if response.is_redirect:
        where = masked_url(response.headers.get("location", "nowhere"))
        return f"{address} sends us to {visible(where)}; give the address that it is at"
    detail = None if document is None else document.get("detail")
    if status != HTTPStatus.OK and isinstance(detail, str):
        return f"{address}: {visible(detail)[:_LONGEST_DETAIL]}"
    return f"{address} gave no answer of the API (status {status}); {_NOT_AN_API}"


def _why(error: Exception, address: str) -> str:
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return f"{address} did not answer within {TIMEOUT_SECONDS:.0f} s; is it running?"
    if _is_caused_by(error, ssl.SSLCertVerificationError):
        remedy = "name the file (PEM) of its authority in SSL_CERT_FILE"
        return f"{address} has no certificate that we trust: {reason}; {remedy}"
    if _is_caused_by(error, ssl.SSLError):
        return f"{address} makes no TLS connection with us: {reason}; is it served by http://?"
    if isinstance(error, httpx.ConnectError):
        return f"{address} cannot be reached: {reason}; is it running, and the address right?"
    return f"{address} gave no answer: {reason}; {_NOT_AN_API}"


def _is_caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an error of this kind is behind another one."""
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
