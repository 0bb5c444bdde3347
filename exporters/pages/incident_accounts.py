"""An incident as it was told: what it claims of components, and its messages. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from exporters.cells import level_class
from exporters.explain.incidents import current_message_keys, impact_words, state_words
from exporters.pages.links import Links
from exporters.pages.times import Moment, day_words, moment
from monitor.answers import IncidentAccount
from monitor.impacts import impact_level
from monitor.model import Impact, Incident, KnownComponent, Level, Phase
from monitor.store import UpdateVersion

_MOST_MESSAGES = 200
_MOST_IMPACTS = 100
_LONGEST_PROSE = 2_000
"""So many characters of a message are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What telling of a vendor's incidents takes. Without `with_texts` no message is shown, only
    that there was one.
    """

    slug: str
    components: Mapping[str, KnownComponent]
    mapping: Mapping[str, Level]
    zone: tzinfo
    now: datetime
    links: Links
    with_texts: bool = True

    def at(self, instant: datetime) -> Moment:
        """Return an instant as the page prints it."""
        return moment(instant, self.zone, self.now)

    def maybe_at(self, instant: datetime | None) -> Moment | None:
        """Return an instant, if there is one."""
        return None if instant is None else self.at(instant)

    def name_of(self, component_id: str) -> str:
        """Return a component's name; its id when the page has none of that id."""
        entry = self.components.get(component_id)
        return component_id if entry is None else entry.component.full_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A component at a level; `end` None = it went on when it was read last."""

    component: str
    classes: str
    words: str
    start: Moment
    end: Moment | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One version of a message: when the vendor says it was posted, what it says, when we read it
    so, and what became of it since: "" while the vendor shows it so.
    """

    posted_at: Moment
    status: str
    states: tuple[str, ...]
    lines: tuple[str, ...]
    read_at: Moment
    fate: str
    until: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An incident; `address` is its own page, `url` its place on the vendor's, which may not be one
    to follow. `end` None: `ending` says why there is none.
    """

    title: str
    address: str
    url: str | None
    kind: str
    start: Moment
    end: Moment | None
    ending: str
    unlisted_at: Moment | None
    decision: str
    claims: tuple[Claim, ...]
    more_claims: int
    names_nothing: bool
    messages: tuple[Message, ...]
    more_messages: int


def account_of(account: IncidentAccount, teller: Teller) -> Account:
    """Return an incident as it was told."""
    incident = account.incident
    messages = list(_messages(account, teller))
    claims = [_claim(impact, teller) for impact in account.impacts]
    return Account(
        title=incident.title,
        address=teller.links.incident(teller.slug, incident.id),
        url=incident.url,
        kind=_kind(incident),
        start=teller.at(incident.started_at),
        end=teller.maybe_at(incident.resolved_at),
        ending=_ending(incident),
        unlisted_at=teller.maybe_at(incident.unlisted_at),
        decision=_decision(account),
        claims=tuple(claims[:_MOST_IMPACTS]),
        more_claims=max(len(claims) - _MOST_IMPACTS, 0),
        names_nothing=not incident.component_ids,
        messages=tuple(messages[:_MOST_MESSAGES]),
        more_messages=max(len(messages) - _MOST_MESSAGES, 0),
    )


def _kind(incident: Incident) -> str:
    kind = "maintenance" if incident.maintenance else "incident"
    words = [f"impact “{incident.impact or 'none'}”"]
    if incident.status:
        words.append(f"status “{incident.status}”")
    return f"{kind}, {', '.join(words)}, {incident.phase.value}"


def _ending(incident: Incident) -> str:
    if incident.phase is Phase.CLOSED:
        return "over, its end was not told"
    if incident.phase is Phase.SCHEDULED:
        return "no end is named"
    return "not ended"


def _decision(account: IncidentAccount) -> str:
    override = account.override
    if override is None:
        return ""
    return (
        f"{override.decision}, because {override.reason} (decided on {day_words(override.decided)})"
    )


def _claim(impact: Impact, teller: Teller) -> Claim:
    return Claim(
        component=teller.name_of(impact.component_id),
        classes=level_class(impact_level(impact, teller.mapping)),
        words=impact_words(impact, teller.mapping),
        start=teller.at(impact.start),
        end=teller.maybe_at(impact.end),
        basis=f"{impact.basis.value}, {impact.source}",
    )


def claims_of(impacts: Collection[Impact], teller: Teller) -> list[Claim]:
    """Return impacts that belong to no incident."""
    return [_claim(impact, teller) for impact in [*impacts][:_MOST_IMPACTS]]


def _messages(account: IncidentAccount, teller: Teller) -> Iterator[Message]:
    current_keys = current_message_keys(account)
    for version in account.messages:
        update = version.update
        states = (
            f"{teller.name_of(each.component_id)}: {state_words(each)}" for each in update.states
        )
        yield Message(
            posted_at=teller.at(update.at),
            status=update.status or "without a status",
            states=tuple(states),
            lines=prose(update.text) if teller.with_texts else (),
            read_at=teller.at(version.recorded_at),
            fate=_fate(version, current_keys),
            until=teller.maybe_at(version.superseded_at),
        )


def _fate(version: UpdateVersion, current_keys: Collection[str]) -> str:
    if version.superseded_at is None:
        return ""
    return "edited" if version.update.key in current_keys else "taken back"


def prose(text: str) -> tuple[str, ...]:
    """Return a message's lines, cut where nobody reads on."""
    cut = text if len(text) <= _LONGEST_PROSE else f"{text[:_LONGEST_PROSE]}…"
    return tuple(line for line in cut.splitlines() if line.strip())
