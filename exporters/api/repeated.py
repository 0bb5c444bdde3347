"""Questions that are asked again and again: what a poll changes is answered anew as soon as it is
known, and not while somebody waits.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

LATELY = timedelta(minutes=10)
"""What nobody asked for so long is not answered ahead any more."""

_MOST = 32
"""So many questions are kept at most, those that were asked last."""

Ask = TypeVar("Ask")


@dataclass(frozen=True, slots=True)
class Question(Generic[Ask]):
    """A question at an address: `ask` makes its answer."""

    path: str
    query: str
    ask: Ask
    asked_at: datetime
    is_repeated: bool = False


class Repeated(Generic[Ask]):
    """The questions that were asked last; from any thread."""

    def __init__(self) -> None:
        self._questions: OrderedDict[tuple[str, str], Question[Ask]] = OrderedDict()
        self._lock = Lock()

    def note(self, question: Question[Ask]) -> None:
        """Take down that a question was asked."""
        key = (question.path, question.query)
        with self._lock:
            before = self._questions.pop(key, None)
            is_repeated = before is not None and question.asked_at - before.asked_at <= LATELY
            self._questions[key] = replace(question, is_repeated=is_repeated)
            while len(self._questions) > _MOST:
                self._questions.popitem(last=False)

    def forget(self, question: Question[Ask]) -> None:
        """Answer a question no more until it is asked again."""
        with self._lock:
            self._questions.pop((question.path, question.query), None)

    def lately(self, now: datetime) -> list[Question[Ask]]:
        """Return those that were asked more than once, and lately."""
        with self._lock:
            questions = list(self._questions.values())
        return [each for each in questions if each.is_repeated and now - each.asked_at <= LATELY]
