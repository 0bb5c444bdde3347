"""What would make a day another one: each single change of the evidence or of a setting that does,
with what it gives.

Nothing here repeats a rule: the day is derived again by `monitor.classify.derive` from facts or
options with one change, and what comes out otherwise is told. Levels and outage seconds are
compared, whole seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from exporters.explain import find
from exporters.wording import duration
from monitor import history
from monitor.classify import Options, derive
from monitor.config import VendorConfig
from monitor.intervals import ONE_DAY, day_interval, zone_named
from monitor.model import Aspect, Basis, Day, KnownComponent, Level, PageFacts, level_word
from monitor.overrides import apply, overridden
from monitor.standing import is_bad
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change and the day it gives. `kind` is source, incident, override, setting, component,
    zone or knowledge.
    """

    kind: str
    what: str
    level: Level | None
    outage_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Why one day is what it is: the rule that decided, who says so, and every single change that
    alters it.
    """

    name: str
    zone: str
    day: Day
    rule: str
    witnesses: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One day as it is derived: the facts before overrides and as they count, the options and the
    moment.
    """

    vendor: VendorConfig
    raw: PageFacts
    facts: PageFacts
    options: Options
    component: KnownComponent | None
    day: date
    now: datetime
    page_zone: str

    def result(self, facts: PageFacts | None = None, options: Options | None = None) -> Day:
        """Return the day with other facts or options."""
        used = self.facts if facts is None else facts
        derived = derive(used, options or self.options, first=self.day, last=self.day, now=self.now)
        own = (
            derived.vendor
            if self.component is None
            else derived.components[self.component.component.id]
        )
        return own.day(self.day)


_Tried = tuple[str, str, Day]


def answer(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    component: str | None,
    day: date,
    now: datetime,
    known_at: datetime | None = None,
) -> Answer:
    """Return why a day is what it is. `component` is an id, a slug or a name; None = the vendor's
    own day.

    Raises ValueError when the component is not known or its name is not unique, or the day has not
    begun.
    """
    moment = min(now, known_at or now)
    if day > moment.astimezone(page.zone).date():
        raise ValueError(f"{day} has not begun in {page.zone}")
    since = day - 2 * ONE_DAY  # in another zone the day begins up to 26 hours earlier
    raw, _ = history.read(
        store, page, vendor, first=since, last=day, now=now, known_at=known_at, raw=True
    )
    facts = apply(raw, vendor.overrides)
    case = _Case(
        vendor=vendor,
        raw=raw,
        facts=facts,
        options=history.options(vendor, page.zone, facts),
        component=find(facts.components, component) if component is not None else None,
        day=day,
        now=moment,
        page_zone=page.page_zone or "UTC",
    )
    found = case.result()
    tried = [*_changes(case, found), *_revisions(case, store, page, now)]
    changes = tuple(_change(each) for each in tried if _statement(each[2]) != _statement(found))
    name = (
        vendor.name if case.component is None else f"{vendor.name}, {case.component.component.name}"
    )
    return Answer(
        name=name,
        zone=page.zone_name,
        day=found,
        rule=_rule(case, found),
        witnesses=_witnesses(case, found),
        changes=changes,
    )


def _change(tried: _Tried) -> Change:
    kind, what, day = tried
    return Change(kind=kind, what=what, level=day.level, outage_seconds=day.seconds.outage)


def _statement(day: Day) -> tuple[Level | None, int]:
    return day.level, round(day.seconds.outage)


# what is tried


def _changes(case: _Case, found: Day) -> Iterator[_Tried]:
    yield from _sources(case)
    yield from _incidents(case)
    yield from _overrides(case)
    yield from _numbers(case, found)
    yield from _words(case)
    yield from _components(case)
    for name in dict.fromkeys(("UTC", case.page_zone)):
        zone = zone_named(name)
        if day_interval(case.day, zone) != day_interval(case.day, case.options.zone):
            yield (
                "zone",
                f"with days in {name} (zone)",
                case.result(options=replace(case.options, zone=zone)),
            )


def _sources(case: _Case) -> Iterator[_Tried]:
    facts = case.facts
    for aspect, name, without in (
        (Aspect.BARS, "bars", replace(facts, bars=())),
        (Aspect.IMPACTS, "incidents", replace(facts, impacts=(), updates=())),
        (Aspect.OBSERVATIONS, "polls", replace(facts, runs=())),
    ):
        coverage = tuple(cover for cover in facts.coverage if cover.aspect is not aspect)
        yield "source", f"without the {name}", case.result(replace(without, coverage=coverage))


def _incidents(case: _Case) -> Iterator[_Tried]:
    titles = {incident.id: incident.title for incident in case.facts.incidents}
    for key in sorted({each.incident_id for each in case.facts.impacts if each.incident_id}):
        kept = replace(
            case.facts,
            impacts=tuple(each for each in case.facts.impacts if each.incident_id != key),
            updates=tuple(each for each in case.facts.updates if each.incident_id != key),
        )
        yield (
            "incident",
            f"without incident {key} ({titles.get(key, 'no title')})",
            case.result(kept),
        )


def _overrides(case: _Case) -> Iterator[_Tried]:
    decided = case.vendor.overrides
    used = {each.override.incident for each in overridden(case.raw.incidents, decided)}
    for each in (each for each in decided if each.incident in used):
        kept = apply(case.raw, [other for other in decided if other is not each])
        yield (
            "override",
            f"without your override of {each.incident} ({each.said})",
            case.result(kept),
        )
    if len(used) > 1:
        yield "override", "without any override (--policy raw)", case.result(case.raw)


def _numbers(case: _Case, found: Day) -> Iterator[_Tried]:
    """Yield the day with the values of the numeric settings at which it could turn."""
    seconds, now = found.seconds, case.options
    for value in sorted(
        {0.0, seconds.major, seconds.outage, seconds.bad, seconds.total} - {now.min_outage_seconds}
    ):
        changed = replace(now, min_outage_seconds=value)
        yield "setting", f"with min_outage {duration(value)}", case.result(options=changed)
    shares = {found.coverage, 1.0}
    if found.counted_components and found.known_components is not None:
        shares.add(found.known_components / found.counted_components)
    for share in sorted(shares - {now.min_coverage}):
        changed = replace(now, min_coverage=share)
        yield "setting", f"with min_coverage {share:.4g}", case.result(options=changed)


def _words(case: _Case) -> Iterator[_Tried]:
    inferred = {
        each.word for each in case.facts.impacts if each.basis is Basis.INFERRED and each.word
    }
    for word in sorted(inferred):
        for level in Level:
            if case.options.impact_mapping.get(word) is not level:
                mapping = {**case.options.impact_mapping, word: level}
                day = case.result(options=replace(case.options, impact_mapping=mapping))
                yield "setting", f"with impact_mapping {word}: {level.word}", day


def _components(case: _Case) -> Iterator[_Tried]:
    if case.component is not None:
        return
    for known in case.facts.components:
        key = known.component.id
        out = key in case.options.exclude
        exclude = case.options.exclude - {key} if out else case.options.exclude | {key}
        what = (
            f"with component {known.slug} counted"
            if out
            else f"without component {known.slug} (exclude)"
        )
        yield "component", what, case.result(options=replace(case.options, exclude=exclude))


def _revisions(case: _Case, store: Store, page: PageRecord, now: datetime) -> Iterator[_Tried]:
    key = None if case.component is None else case.component.component.id
    for revision in store.revisions(page.id, key, case.day):
        ended = revision.superseded_at
        if ended is None or ended > case.now:
            continue
        before = ended - timedelta(microseconds=1)
        _, derived = history.read(
            store, page, case.vendor, first=case.day, last=case.day, now=now, known_at=before
        )
        own = derived.vendor if key is None else derived.components.get(key)
        if own is not None:
            yield (
                "knowledge",
                f"as known before {ended:%Y-%m-%d %H:%M:%S} UTC (--known-at)",
                own.day(case.day),
            )


# who decided, and how


def _rule(case: _Case, day: Day) -> str:
    """Return the rule of the day in words; `monitor.classify` has the rules themselves."""
    disputed = "; disputed: other sources say otherwise" if day.disputed else ""
    if day.level is None:
        if not day.covered_seconds:
            return "nothing speaks for the day: unknown is never green"
        return (
            f"good needs coverage: {_coverage(day)}, {case.options.min_coverage:.0%} must"
            f" be{disputed}"
        )
    if day.level.is_outage and day.source is Aspect.BARS:
        return f"published bar: the vendor's own seconds count{disputed}"
    if is_bad(day.level):
        return f"bad needs one witness{disputed}"
    if day.seconds.bad:
        short = (
            f"nothing bad lasted more than min_outage ({duration(case.options.min_outage_seconds)})"
        )
        return f"{short}, and good needs coverage: {_coverage(day)}{disputed}"
    return f"good needs coverage: {_coverage(day)}, and nothing bad counts{disputed}"


def _coverage(day: Day) -> str:
    share = f"{day.coverage:.0%} of the day known"
    if day.counted_components is None:
        return share
    return f"{share}, {day.known_components} of {day.counted_components} components known"


def _witnesses(case: _Case, found: Day) -> tuple[str, ...]:
    """Return the components that have the day's level, with their source and incidents; none where
    nothing is bad.
    """
    if not is_bad(found.level):
        return ()
    derived = derive(case.facts, case.options, first=case.day, last=case.day, now=case.now)
    wanted = None if case.component is None else case.component.component.id
    said = []
    for known in case.facts.components:
        key = known.component.id
        day = derived.components[key].day(case.day)
        counted = key == wanted if wanted is not None else key not in case.options.exclude
        if counted and day.level is found.level:
            source = "no source" if day.source is None else day.source.value
            incidents = f", incident {', '.join(day.incident_ids)}" if day.incident_ids else ""
            said.append(f"{known.component.name}: {source}{incidents}")
    return tuple(said)


# in words


def lines(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield one or two answers as lines of text, and of two what differs between them."""
    for each in answers:
        yield from _lines(each)
        yield ""
    if len(answers) > 1:
        yield "what differs:"
        yield from (f"  {line}" for line in differences(*answers[:2]) or ["nothing"])


def _lines(each: Answer) -> Iterator[str]:
    yield (
        f"{each.name}, {each.day.day} ({each.zone}):"
        f" {_said(each.day.level, each.day.seconds.outage)}"
    )
    yield f"  rule: {each.rule}"
    yield from (f"  witness: {witness}" for witness in each.witnesses)
    if not each.changes:
        yield "  no single change of a source, an incident or a setting would make it another day"
        return
    yield "  it would be another day:"
    yield from (
        f"    {change.what}: {_said(change.level, change.outage_seconds)}"
        for change in each.changes
    )


def _said(level: Level | None, outage: float) -> str:
    return f"{level_word(level).replace('_', ' ')}, outage {duration(outage)}"


def differences(one: Answer, other: Answer) -> list[str]:
    """Return in what two days differ, one line each; empty when they are alike."""
    told: tuple[tuple[str, Callable[[Answer], str]], ...] = (
        ("level", lambda each: level_word(each.day.level).replace("_", " ")),
        ("outage", lambda each: duration(each.day.seconds.outage)),
        ("known", lambda each: f"{each.day.coverage:.0%}"),
        ("rule", lambda each: each.rule),
        ("source", lambda each: each.day.source.value if each.day.source else "none"),
        ("witness", lambda each: "; ".join(each.witnesses) or "none"),
        ("changed by", lambda each: "; ".join(change.what for change in each.changes) or "nothing"),
    )
    return [f"{name}: {of(one)} | {of(other)}" for name, of in told if of(one) != of(other)]


def as_json(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the answers as JSON; an unknown level is null."""
    told = {"days": [_json(each) for each in answers]}
    return {**told, "differences": differences(*answers[:2])} if len(answers) > 1 else told


def _json(each: Answer) -> dict[str, Any]:
    return {
        "name": each.name,
        "day": each.day.day.isoformat(),
        "zone": each.zone,
        "level": None if each.day.level is None else each.day.level.word,
        "outage_seconds": each.day.seconds.outage,
        "rule": each.rule,
        "witnesses": list(each.witnesses),
        "changes": [
            {
                "kind": change.kind,
                "what": change.what,
                "level": None if change.level is None else change.level.word,
                "outage_seconds": change.outage_seconds,
            }
            for change in each.changes
        ],
    }
