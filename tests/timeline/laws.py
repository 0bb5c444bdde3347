"""What must hold of a reader's days, worked out from the world and from what the answers it read
admitted.

Each law yields a sentence for every breach; the tests ask that there is none.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from monitor.claims import SEEN_WELL_INTERVALS
from monitor.clocks import TOLERANCE
from monitor.day_range import gap_seconds
from monitor.intervals import Interval, day_interval, day_of
from monitor.model import Day, Level
from timeline.drive import Plan, Ran, Seen
from timeline.world import Telling, World

BEGINNING = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)
COVERED = 0.9
ROUNDING = 0.002
SAY_NOW = ("incidentio", "instatus")
"""Platforms whose polls speak of the present alone, so that what they leave open is unknown."""
ENDED_AS_GIVEN = ("google", "betterstack")
"""Platforms whose incidents end when their vendor says, though the post that closes them came
later."""


def is_bad(level: Level | None) -> bool:
    """Whether this is worse than maintenance."""
    return level is not None and level > Level.MAINTENANCE


def is_green(level: Level | None) -> bool:
    """Whether this says that all was well, or planned."""
    return level is not None and level <= Level.MAINTENANCE


def word(level: Level | None) -> str:
    """Return a word for a level in a sentence."""
    return "unknown" if level is None else level.title


def claims_of(platform: str, told: Telling) -> Iterator[tuple[str, datetime, Level]]:
    """Yield what this platform's record lets a reader see of an incident: component, posted instant
    and level.

    Where impacts hang on the links, what is unlinked takes them with it; Slack and Google tell a
    level of the links. Instatus tells the intervals of the components it lists.
    """
    for key, start, _, level in told.claims():
        if platform == "statuspage" or key in told.linked:
            yield key, start, level


def admitted(ran: Ran) -> Iterator[tuple[str, datetime, str]]:
    """Yield (component, instant, how) for every bad moment that the world says was, and that an
    answer admitted.

    What was read while our own clock was wrong is not among them: nobody could date it. Nor is what
    was read at a time that our clock was set back behind afterwards, as long as no record tells of
    it too: whether it was ahead before or is behind since then nobody can tell, so what is dated
    later than now is not believed. What a vendor whose clock is ahead dates later than its
    component left the page is not either: a component's days end with it.
    """
    world = ran.world
    wrong = [span for span, _ in ran.plan.ahead]
    for seen in ran.seen:
        if any(seen.at in span for span in wrong) or set_back_behind(ran.plan, seen.at):
            continue
        for key, level in seen.shown.items():
            if is_bad(level) and is_bad(world.level(key, seen.at)):
                yield key, ran.plan.clock(seen.at), f"shown at {seen.at}"
    last = next((seen for seen in reversed(ran.seen) if seen.act == "backfill"), None)
    listed = {part.id for part in world.listed(world.end)}
    left = {part.id: part.end for part in world.parts if part.end is not None}
    for key, told in (last.told if last else {}).items():
        for part, start, level in claims_of(world.platform, told):
            # Where seconds of outages are published, a degraded span called an outage afterwards is
            # disputed, not bad.
            alike = level.is_outage == world.level(part, start).is_outage
            if (
                is_bad(level)
                and alike
                and is_bad(world.level(part, start))
                and (world.platform != "instatus" or part in listed)
                and (part not in left or start + world.skew < left[part])
            ):
                yield part, start + world.skew, f"posted for {start} in {key}"


def set_back_behind(given: Plan, at: datetime) -> bool:
    """Whether a later act of the reader finds its clock earlier than it was at this instant."""
    return any(
        later > at and given.clock(later) + TOLERANCE < given.clock(at) for later, _ in given.steps
    )


def nothing_admitted_is_green(ran: Ran) -> Iterator[str]:
    """No day is green, of a component or of the vendor, on which an answer admitted something bad
    that truly was."""
    zone = ran.page.zone
    first, _ = ran.days
    found = ran.picture()
    for key, at, how in admitted(ran):
        index = (day_of(at, zone) - first).days
        for subject in (key, ""):
            days = found.get(subject)
            if days is not None and 0 <= index < len(days) and not is_bad(days[index].level):
                yield f"{subject or 'the vendor'} is {word(days[index].level)} on {days[index].day}, but {how}: {key}"


def nothing_bad_is_green_now(ran: Ran, seen: Seen) -> Iterator[str]:
    """What the page shows bad at a poll is bad now."""
    levels = ran.store.current(ran.page.id).levels
    for key, level in seen.shown.items():
        if is_bad(level) and not is_bad(levels.get(key)):
            yield f"{key} is {word(levels.get(key))} now, but shown {word(level)} at {seen.at}"
        if level is None and levels.get(key) is not None:
            yield f"{key} is {word(levels.get(key))} now, but shown in a strange word at {seen.at}"


def what_nobody_said_is_unknown(ran: Ran) -> Iterator[str]:
    """A day of which polls saw less than nine tenths in a known word is not green. For readers
    without backfill."""
    zone = ran.page.zone
    for key, days in ran.picture().items():
        for day in days if key else ():
            whole = day_interval(day.day, zone)
            known = known_seconds(ran, key, whole)
            length = (min(whole.end, ran.clock.now) - whole.start).total_seconds()
            if is_green(day.level) and known < (COVERED - ROUNDING) * length:
                yield f"{key} is {word(day.level)} on {day.day}, of which {known:.0f} of {length:.0f} s were seen"


def known_seconds(ran: Ran, key: str, whole: Interval) -> float:
    """Return for how much of the span a poll's word for the component stood until the next poll
    came in time."""
    polls = [seen for seen in ran.seen if seen.act == "poll"]
    longest = gap_seconds(ran.plan.interval)
    known = 0.0
    for earlier, later in pairwise(polls):
        between = Interval.between(ran.plan.clock(earlier.at), ran.plan.clock(later.at))
        held = between.clip(whole) if between is not None else None
        if (
            held is not None
            and later.at - earlier.at <= longest
            and earlier.shown.get(key) is not None
        ):
            known += held.seconds
    return known


def every_bad_span_ends(ran: Ran) -> Iterator[str]:
    """Of the days after the last trouble and work, seen well for a day, all are well; and nothing
    closed is still open."""
    world, zone = ran.world, ran.page.zone
    calm = day_of(world.quiet + world.skew, zone) + 2 * DAY
    open_still = {key for key, told in world.told(world.end) if not told.over}
    kept = (
        ()
        if world.states
        else {part for key in open_still for part in dict(world.told(world.end))[key].linked}
    )
    for key, days in ran.picture().items():
        for day in days:
            well = day.level is None or day.level is Level.OPERATIONAL
            if day.day >= calm and not well and key not in kept and not (key == "" and kept):
                yield f"{key or 'the vendor'} is {word(day.level)} on {day.day}, after the last trouble"
    listed = {incident.id for incident in ran.store.current(ran.page.id).open_incidents}
    for key in listed - open_still:
        yield f"incident {key} is listed open and is not"
    for impact in ran.store.facts(ran.page.id).impacts:
        if impact.end is None and impact.incident_id not in open_still:
            yield f"the impact of {impact.incident_id} on {impact.component_id} has no end"


def nothing_of_another_page_enters(ran: Ran) -> Iterator[str]:
    """What another company's page said is not read, and nothing of it is kept, by a reader who
    knows the vendor's own: a page that listed no components until then could not be read before.
    """
    world = ran.world
    stood = [span for span, kind in world.ails if kind == "another"]
    if stood and ran.seen and ran.seen[0].at in stood[0]:
        return
    yield from (
        f"another page was read at {seen.at}"
        for seen in ran.seen
        if any(seen.at in span for span in stood)
    )
    theirs = {part.id for part in world.stranger.parts} if world.stranger is not None else set()
    kept = ran.store.facts(ran.page.id)
    named = {known.component.id for known in ran.store.known_components(ran.page.id)}
    told = {
        key
        for row in (*kept.impacts, *kept.runs, *kept.bars)
        if (key := row.component_id) is not None
    }
    yield from (
        f"{key} is another page's" for key in theirs & (named | told | ran.picture().keys())
    )


def same(one: Mapping[str, list[Day]], two: Mapping[str, list[Day]], *, what: str) -> Iterator[str]:
    """Every day is told in the same way."""
    if one.keys() != two.keys():
        yield f"{what}: other components"
    for key in one.keys() & two.keys():
        for left, right in zip(one[key], two[key], strict=True):
            if left != right:
                yield f"{what}: {key or 'the vendor'} on {left.day}: {left} then {right}"


def known(day: Day) -> bool:
    """Whether the reader speaks for the whole day."""
    return day.level is not None and day.coverage >= COVERED


def polls_and_record_agree(polled: Ran, filled: Ran) -> Iterator[str]:
    """A reader who polled differs from one who read the final record only where its polls saw
    worse, or disputed."""
    other = filled.picture()
    for key, days in polled.picture().items():
        for left, right in zip(days, other.get(key, ()), strict=False):
            if (
                not key
                or not known(left)
                or not known(right)
                or left.level == right.level
                or left.disputed
            ):
                continue
            if not saw_worse(polled, key, left, right):
                yield f"{key} on {left.day}: polled {word(left.level)}, the record says {word(right.level)}, undisputed"


def saw_worse(ran: Ran, key: str, own: Day, other: Day) -> bool:
    """Whether the reader calls a day worse than another does, and its polls saw something that
    bad."""
    seen = [level for level, _ in saw(ran, key, own.day) if level is not None]
    return (own.level or 0) > (other.level or 0) and max(seen, default=Level.OPERATIONAL) >= (
        own.level or 0
    )


def same_levels(one: Ran, two: Ran, *, what: str) -> Iterator[str]:
    """Wherever both speak for a whole day they say the same level."""
    other = two.picture()
    for key, days in one.picture().items():
        for left, right in zip(days, other.get(key, ()), strict=False):
            if known(left) and known(right) and left.level != right.level:
                yield f"{what}: {key or 'the vendor'} on {left.day}: {word(left.level)} and {word(right.level)}"


def readers_differ_by_what_they_saw(one: Ran, two: Ran) -> Iterator[str]:
    """Two readers who both read the final record, and both watched a component all day, differ only
    if they saw it so.

    What they saw are the states that polls were shown on the day, each a witness of its own, and
    last before it; which claims of open incidents each refuted, before that day or on it, by seeing
    the component well in two polls while it was told of them: a reader who comes later, or less
    often, can have refuted less; and the incidents that the vendor took back, which only one of
    them may have read in time.
    """
    other = two.picture()
    zone = one.page.zone
    for key, days in one.picture().items():
        for left, right in zip(days, other.get(key, ()), strict=False):
            if not key or left.level == right.level:
                continue
            whole = day_interval(left.day, zone)
            watched = (
                min(known_seconds(one, key, whole), known_seconds(two, key, whole))
                >= COVERED * whole.seconds
            )
            if watched and all(
                what(one, key, left.day) == what(two, key, left.day)
                for what in (saw, refuted, read_in_time)
            ):
                yield f"{key} on {left.day}: {word(left.level)} and {word(right.level)}, having seen the same"


def saw(ran: Ran, key: str, day: date) -> set[tuple[Level | None, bool]]:
    """Return the states of a component that polls saw on a day (True), and the one they saw last
    before it (False).

    That one is none where a silence followed it, nor where the record explains its last sight: then
    it explains that it was taken to go on, too. How far the record reaches is a matter of when the
    reader looked, and how often.
    """
    whole = day_interval(day, ran.page.zone)
    polls = [
        (ran.plan.clock(seen.at), seen.shown.get(key)) for seen in ran.seen if seen.act == "poll"
    ]
    longest = gap_seconds(ran.plan.interval)
    following = next((at for at, _ in polls if at >= whole.start), whole.start + longest)
    before = [(at, level) for at, level in polls if at < whole.start][-1:]
    before = [(at, level) for at, level in before if following - at <= longest]
    held = (
        (level, False)
        for at, level in before
        if level is None or not explained(ran, key, at, level)
    )
    return {*held, *((level, True) for at, level in polls if at in whole)}


def explained(ran: Ran, key: str, at: datetime, level: Level) -> bool:
    """Whether the final record tells of a state at least as bad as a poll saw it at this instant:
    from one poll interval before what is told to one after it, but on no other day. Where bars may
    deny an outage it explains nothing milder.
    """
    world, zone = ran.world, ran.page.zone
    barred = world.platform == "betterstack" or (world.platform == "statuspage" and world.record)
    for _, told in world.told(world.end):
        over = told.ended if world.platform in ENDED_AS_GIVEN else told.end
        shown = is_bad(level) and (world.platform == "statuspage" or key in told.linked)
        for part, start, until, claimed in told.claims() if shown else ():
            end = min((each for each in (until, over) if each is not None), default=world.end)
            first, last = (
                day_interval(day_of(each + world.skew, zone), zone) for each in (start, end)
            )
            reach = max(start + world.skew - ran.plan.interval, first.start)
            bad_enough = claimed >= level and (claimed.is_outage == level.is_outage or not barred)
            if (
                part == key
                and bad_enough
                and reach <= at <= min(end + world.skew + ran.plan.interval, last.end)
            ):
                return True
    return False


def refuted(ran: Ran, key: str, day: date) -> set[tuple[str, bool]]:
    """Return the incidents whose claim to go on over some of a day polls refuted, and whether
    before that day.

    It takes two polls without a silence between them that were told of the claim and show the
    component well, nearly an interval apart, a day where it is one of maintenance. That holds from
    the first of them until the claim is over.
    """
    whole = day_interval(day, ran.page.zone)
    names = {name for seen in ran.seen for name in seen.told}
    spans = [(name, span) for name in names for span in _refutations(ran, name, key)]
    return {
        (name, span.start < whole.start)
        for name, span in spans
        if span.start < whole.end and span.end > whole.start
    }


def _refutations(ran: Ran, incident: str, key: str) -> Iterator[Interval]:
    """Yield from the first poll that refuted an incident's claim until the one that was told of it
    no more."""
    first: datetime | None = None
    last = BEGINNING
    sure = False
    for seen in (seen for seen in ran.seen if seen.act == "poll"):
        at, level = ran.plan.clock(seen.at), _claimed(ran.world, seen, incident, key)
        if level is None:
            if first is not None and sure and at > first:
                yield Interval(first, at)
            first, sure = None, False
        elif not sure:
            in_time = first is not None and at - last <= gap_seconds(ran.plan.interval)
            well = seen.shown.get(key) is Level.OPERATIONAL
            first = (first if in_time else at) if well else None
            least = SEEN_WELL_INTERVALS * ran.plan.interval if is_bad(level) else DAY
            sure = first is not None and at - first >= least
        last = at
    if first is not None and sure:
        yield Interval(first, ran.world.end)


def _claimed(world: World, seen: Seen, incident: str, key: str) -> Level | None:
    """Return the level that a poll was told an open incident claims of a component now; None =
    none."""
    told = seen.told.get(incident)
    open_claims = told.claims() if told is not None and not told.over else []
    linked = told is not None and (world.platform == "statuspage" or key in told.linked)
    return max(
        (level for part, _, end, level in open_claims if part == key and end is None and linked),
        default=None,
    )


def read_in_time(ran: Ran, key: str, day: date) -> set[tuple[str, bool]]:
    """Return the incidents a reader read that claim something of a component's day and that the
    vendor took back, and whether it read them last when they were over: one that vanishes while it
    goes on was withdrawn, one that was over may only have been tidied up.
    """
    whole = day_interval(day, ran.page.zone)
    world = ran.world
    stand = {
        name
        for name, told in world.told(world.end)
        if any(part == key for part, _, _ in claims_of(world.platform, told))
    }
    last = {
        name: seen.told[name].over
        for seen in ran.seen
        for name in seen.read - stand
        for part, start, end, _ in seen.told[name].claims()
        if part == key
        and start + world.skew < whole.end
        and (end is None or end + world.skew > whole.start)
    }
    return set(last.items())
