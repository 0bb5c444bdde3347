"""The words that feeds use for severities and states, and how a text is searched for them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from monitor.kit.protocol import FeedSettings
from monitor.model import LEVEL_OF_WORD, Level

SEVERITIES: Mapping[str, Level] = {
    "partial": Level.PARTIAL_OUTAGE,
    "major": Level.MAJOR_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
    "outage": Level.MAJOR_OUTAGE,
    "unavailable": Level.MAJOR_OUTAGE,
    "disruption": Level.MAJOR_OUTAGE,
    "degraded": Level.DEGRADED,
    "degradation": Level.DEGRADED,
    "minor": Level.DEGRADED,
    "slow": Level.DEGRADED,
    "teilausfall": Level.PARTIAL_OUTAGE,
    "ausfall": Level.MAJOR_OUTAGE,
    "beeinträchtigt": Level.DEGRADED,
    "panne": Level.MAJOR_OUTAGE,
    "indisponible": Level.MAJOR_OUTAGE,
    "dégradé": Level.DEGRADED,
    "caída": Level.MAJOR_OUTAGE,
    "degradado": Level.DEGRADED,
    "indisponível": Level.MAJOR_OUTAGE,
    "障害": Level.MAJOR_OUTAGE,
    "故障": Level.MAJOR_OUTAGE,
}
"""By word for a severity; an incident without one counts as degraded."""

OVER, OPEN, SCHEDULED = "ended", "open", "scheduled"
NO_STATE, NO_STATE_ANY_MORE = "no state", "no state any more"
STATES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "resolved",
            "completed",
            "closed",
            "operating normally",
            "service is operating normally",
            "fixed",
            "recovered",
            "restored",
            "postmortem",
            "behoben",
            "gelöst",
            "abgeschlossen",
            "résolu",
            "terminé",
            "resuelto",
            "completado",
            "resolvido",
            "concluído",
            "解決済み",
            "解決",
            "復旧",
            "完了",
            "已解决",
            "已恢复",
            "已完成",
        ),
        OVER,
    ),
    **dict.fromkeys(
        (
            "investigating",
            "identified",
            "monitoring",
            "update",
            "updated",
            "in progress",
            "verifying",
            "untersuchung",
            "identifiziert",
            "beobachtung",
            "in bearbeitung",
            "enquête",
            "en cours",
            "identifié",
            "surveillance",
            "investigando",
            "identificado",
            "monitoreando",
            "em andamento",
            "monitorando",
            "調査中",
            "特定",
            "監視中",
            "対応中",
            "调查中",
            "已确认",
            "监控中",
            "进行中",
        ),
        OPEN,
    ),
    **dict.fromkeys(
        (
            "scheduled",
            "planned",
            "upcoming",
            "geplant",
            "planifié",
            "programado",
            "agendado",
            "予定",
            "计划中",
        ),
        SCHEDULED,
    ),
}
"""What a word at the beginning of an update says of its incident."""

IN_PROGRESS = frozenset(
    {"in progress", "verifying", "in bearbeitung", "en cours", "em andamento", "対応中", "进行中"}
)
"""Words that say of planned work that it has begun."""

UPDATE_WORDS = frozenset({"update", "updated"})
"""Words for an update of what has already ended, too."""

ALONE = re.compile(r"\s*(?:$|[:.,;!|)(\]】：。、]|\s[-–—])")
"""What may follow a word that ends or announces something: such words also begin sentences about
something else."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words to look for, the user's own among them: what each says of a state or a severity,
    the pattern of a text that begins with a state, and that of a severity in a text.
    """

    states: Mapping[str, str]
    levels: Mapping[str, Level]
    beginning: re.Pattern[str]
    severity: re.Pattern[str]

    def state_in(self, text: str) -> str | None:
        """Return the longest word for a state that a text begins with."""
        text = text.casefold()
        match = self.beginning.match(text)
        if match is None:
            return None
        goes_on = self.states[match[1]] == OPEN
        return match[1] if goes_on or ALONE.match(text, match.end()) else None


@lru_cache(maxsize=8)
def words_of(settings: FeedSettings) -> Words:
    """Return the words to look for; the user's count before ours."""
    levels, states = dict(SEVERITIES), dict(STATES)
    for word, meaning in settings.words:
        if meaning in LEVEL_OF_WORD:
            levels[word] = LEVEL_OF_WORD[meaning]
        else:
            states[word] = meaning
    spaced_words, other_words = [], []
    for word in levels:
        if _is_spaced(word):
            spaced_words.append(word)
        else:
            other_words.append(word)
    return Words(
        states=states,
        levels=levels,
        beginning=re.compile(rf"(?:(?:status|state)\s*[:=]\s*)?({_any_of(states)})(?![^\W\d_])"),
        severity=re.compile(rf"((?:\b(?:{_any_of(spaced_words)})(?!ity))|{_any_of(other_words)})"),
    )


def _is_spaced(word: str) -> bool:
    """Whether a word is of a script that puts spaces between words."""
    return word[:1] < "\u3000"


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, of two that begin alike the longer one; of none, one
    that never fits.
    """
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) for word in longest_first) or "(?!)"
