"""Which vendor, component and days are meant, and what is said where there are none."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from exporters.agents.texts import bounded
from exporters.api.desk import Moment, Subject
from exporters.api.parameters import Days
from exporters.api.problems import NotThere
from monitor.errors import ConfigError, StoreError
from monitor.lookups import slugs_of
from monitor.model import KnownComponent
from monitor.plain import join_names
from monitor.suggestions import did_you_mean

_MOST_NAMES = 20


class Unanswerable(ValueError):
    """A question that has no answer; the message says what to ask instead."""


@contextmanager
def mistakes() -> Iterator[None]:
    """Turn what is wrong with a question into `Unanswerable`."""
    try:
        yield
    except Unanswerable:
        raise
    except ValidationError as error:
        raise Unanswerable(_invalid(error)) from None
    except StoreError:
        raise Unanswerable("the database cannot be read now; ask again") from None
    except (NotThere, ConfigError, ValueError) as error:
        text = str(error).replace("--as-of", "as_of").replace("--", "")
        raise Unanswerable(bounded(text, 500)) from None


def subject(moment: Moment, word: str) -> Subject:
    """Return the vendor that is meant. Raises Unanswerable with suggestions."""
    try:
        return moment.subject(word)
    except NotThere as error:
        if error.suggestions or word in moment.vendors:
            raise
        names = join_names(sorted(moment.vendors), _MOST_NAMES) or "none"
        raise Unanswerable(
            f"no vendor {bounded(word)!r} is watched; watched are {names}. find_vendor searches"
            " the catalogue"
        ) from None


def component(about: Subject, word: str | None) -> KnownComponent | None:
    """Return the component that is meant, None where none is. Raises Unanswerable, which names
    components by their slugs: names are the vendor's text.
    """
    if word is None:
        return None
    try:
        return about.component(word)
    except NotThere as error:
        entries = about.store.known_components(about.page.id)
        near = did_you_mean(next(iter(error.suggestions), None))
        slugs = join_names(sorted(slugs_of(entries)), _MOST_NAMES) or "none"
        raise Unanswerable(
            f"{about.page.slug}: {bounded(word)!r} is no component, or several;"
            f" {near or f'components are {slugs}'}"
        ) from None


def window(days: int | None, since: str | None, until: str | None, month: str | None) -> Days:
    """Return which days are asked for. Raises ValidationError."""
    months = [] if month is None else [month]
    return Days.model_validate({"days": days, "since": since, "until": until, "month": months})


def _invalid(error: ValidationError) -> str:
    mistakes = (f"{each['loc'][0]}: {each['msg']}" for each in error.errors() if each["loc"])
    return bounded("; ".join(mistakes), 500)
