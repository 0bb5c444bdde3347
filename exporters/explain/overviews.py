"""A span of days at a glance: a line for each day that is not quiet; or its disputed days, with
both values. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from exporters.explain.forms import Document, Entry
from exporters.explain.phrases import absence_text, bad_text, dispute_reason, dispute_values
from exporters.wording import level_title
from monitor.answers import DayAccount, Overview
from monitor.model import Absence, KnownComponent
from monitor.plain import count_of

_LONGEST_TITLE = 60


def overview_document(overview: Overview, *, with_hint: bool = True) -> Document:
    """Return a line for each day that is not quiet; unknown days in a row share one. The hint says
    how to see more.
    """
    accounts = overview.telling_days
    quiet_count = len(overview.days) - len(accounts)
    entries = list(_day_entries(accounts, overview))
    if quiet_count:
        entries.append(Entry(f"{_days(quiet_count)} operational, with nothing to tell"))
    hint = _hint(overview) if accounts and with_hint else ""
    return Document(f"{_headline(overview)}:", tuple(entries), hint=hint)


def disputed_document(overview: Overview) -> Document:
    """Return the disputed days with both values and which of them counts, and why."""
    accounts = overview.disputed_days
    entries = []
    for account in accounts:
        for dispute in account.disputes:
            whose = "" if overview.component else f"{dispute.component.component.full_name}: "
            entries.append(Entry(f"{account.day.day}  {whose}{dispute_reason(dispute)}"))
            entries.append(Entry(dispute_values(dispute), 1))
    count = f"{_days(len(accounts))} disputed" if accounts else "no day is disputed"
    hint = _hint(overview) if accounts else ""
    return Document(f"{_headline(overview)}: {count}", tuple(entries), hint=hint)


def _headline(overview: Overview) -> str:
    page, component, window = overview.page, overview.component, overview.window
    what = component.component.full_name if component else "all included components"
    return f"{page.page_name or page.name}, {what}, {window.first} to {window.last} ({page.zone})"


def _hint(overview: Overview) -> str:
    which = f" {overview.component.slug}" if overview.component else ""
    return f"what is behind a day: monitor explain {overview.page.slug}{which} DAY, or --details"


def _days(count: int) -> str:
    return f"{count_of(count, 'day')} {'is' if count == 1 else 'are'}"


def _day_entries(every: Iterable[DayAccount], overview: Overview) -> Iterator[Entry]:
    """Yield an entry a day, or one for all unknown days that follow each other with nothing told
    of them.
    """
    for (is_silent, *_), group in groupby(enumerate(every), key=_run_key):
        accounts = [account for _, account in group]
        if is_silent:
            yield Entry(_unknown_line(accounts, overview.component))
            continue
        for account in accounts:
            yield Entry(_line(account, overview))


def _run_key(item: tuple[int, DayAccount]) -> tuple[bool, int, Absence | None]:
    """Return what days have in common that share a line: unknown for the same reason, and one after
    another.
    """
    number, account = item
    day = account.day
    is_silent = day.level is None and not (day.seconds.total or day.incident_ids or day.disputed)
    return is_silent, day.day.toordinal() - number, day.absence


def _unknown_line(accounts: Sequence[DayAccount], component: KnownComponent | None) -> str:
    first, last = accounts[0].day.day, accounts[-1].day.day
    absence = accounts[0].day.absence
    why = "" if absence is None else f": {absence_text(absence, component)}"
    return f"{_span(first, last)}  unknown{why}"


def _span(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _line(account: DayAccount, overview: Overview) -> str:
    day = account.day
    parts = [f"{day.day}  {_how_bad(account, overview)}"]
    if day.disputed:
        parts.append("disputed")
    parts += _titles(account)
    return "; ".join(parts)


def _how_bad(account: DayAccount, overview: Overview) -> str:
    """Return the level with the bad seconds, and of a vendor's day whose they are."""
    day = account.day
    levels = day.seconds.levels
    if not levels:
        return level_title(day.level)
    entry = overview.components.get(day.component_id or "")
    whose = "" if entry is None else f" ({entry.component.full_name})"
    if day.level in levels:
        return f"{bad_text(day.seconds)}{whose}"
    return f"{level_title(day.level)}; longest {bad_text(day.seconds)}{whose}"


def _titles(account: DayAccount) -> list[str]:
    """Return the first incident's title and how many more there are."""
    if not account.incidents:
        return []
    title = account.incidents[0].title
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 1]}…"
    more = len(account.incidents) - 1
    return [f"{title} and {more} more" if more else title]
