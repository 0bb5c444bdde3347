"""Sending with patience: what is tried again, how long it waits, and what it never does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from monitor.errors import ReceiverError
from monitor.fetch import Push

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
URL = "http://receiver.example/api/v1/write"


@dataclass(frozen=True)
class Said:
    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> httpx.Response:
        return httpx.Response(
            self.status, headers=self.headers, stream=httpx.ByteStream(self.text.encode())
        )


class Receiver(httpx.BaseTransport):
    """Answers in turn; an exception is raised instead. `asked` keeps the requests, `slept` the
    waits between them."""

    def __init__(self, *answers: Said | Exception):
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer.response()

    def push(self, **changes) -> Push:
        values = {
            "headers": {"Authorization": "Bearer secret"},
            "transport": self,
            "sleep": self.slept.append,
        }
        return Push(URL, **(values | {"wall_clock": NOW.timestamp} | changes))


def test_what_is_taken_is_sent_once() -> None:
    receiver = Receiver(Said(204))
    with receiver.push() as push:
        answer = push.post(b"body")

    assert (answer.status, answer.text) == (204, "")
    assert [request.content for request in receiver.asked] == [b"body"]
    assert receiver.asked[0].headers["authorization"] == "Bearer secret"
    assert receiver.slept == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_refusal_is_an_answer_and_is_not_tried_again(status) -> None:
    receiver = Receiver(Said(status, "out of\nbounds"))
    with receiver.push() as push:
        answer = push.post(b"body")

    assert (answer.status, answer.text) == (status, "out of bounds")
    assert len(receiver.asked) == 1


@pytest.mark.parametrize(
    "later", [Said(503), Said(500), Said(429), httpx.ConnectError("refused"), httpx.ReadTimeout("")]
)
def test_later_is_tried_again_after_a_wait_that_doubles(later) -> None:
    receiver = Receiver(later, later, later, Said(200))
    with receiver.push() as push:
        assert push.post(b"body").status == 200

    assert receiver.slept == [1, 2, 4]


def test_retry_after_in_seconds_is_waited_for() -> None:
    receiver = Receiver(
        Said(429, headers={"retry-after": "17"}), Said(503, headers={"retry-after": "0"}), Said(200)
    )
    with receiver.push() as push:
        push.post(b"body")

    assert receiver.slept == [17, 0]


@pytest.mark.parametrize(
    "own_clock", [NOW, NOW + timedelta(hours=5)], ids=["ours right", "ours wrong"]
)
def test_retry_after_as_a_date_is_waited_for_on_the_receivers_clock(own_clock) -> None:
    when, date = (
        format_datetime(moment, usegmt=True) for moment in (NOW + timedelta(seconds=40), NOW)
    )
    receiver = Receiver(Said(429, headers={"retry-after": when, "date": date}), Said(200))
    with receiver.push(wall_clock=own_clock.timestamp) as push:
        push.post(b"body")

    assert receiver.slept == [40]


def test_a_wait_longer_than_our_patience_ends_the_run_and_says_when_to_come_back() -> None:
    receiver = Receiver(Said(429, "slow down", headers={"retry-after": "3600"}))
    with (
        receiver.push() as push,
        pytest.raises(ReceiverError, match=r"slow down.*in 3600 s, run the same command again"),
    ):
        push.post(b"body")

    assert receiver.slept == []


def test_attempts_are_bounded_and_the_last_reason_is_told() -> None:
    receiver = Receiver(*[Said(503, "overloaded")] * 3)
    with (
        receiver.push(attempts=3) as push,
        pytest.raises(ReceiverError, match=r"status 503: overloaded \(3 attempts\)"),
    ):
        push.post(b"body")

    assert receiver.slept == [1, 2]


def test_an_unreachable_receiver_is_named_without_our_credentials() -> None:
    receiver = Receiver(*[httpx.ConnectError("connection refused")] * 2)
    with receiver.push(attempts=2) as push, pytest.raises(ReceiverError) as raised:
        push.post(b"body")

    assert "connection refused" in str(raised.value)
    assert URL in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_redirect_is_an_answer_and_our_credentials_go_nowhere_else() -> None:
    receiver = Receiver(Said(301, headers={"location": "https://elsewhere.example/"}))
    with receiver.push() as push:
        answer = push.post(b"body")

    assert (answer.status, answer.location) == (301, "https://elsewhere.example/")
    assert len(receiver.asked) == 1


def test_only_the_beginning_of_a_long_answer_is_kept() -> None:
    receiver = Receiver(Said(400, "x" * 100_000))
    with receiver.push() as push:
        assert push.post(b"body").text == "x" * 4096
