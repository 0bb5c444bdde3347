"""The vocabulary: levels, what pages say (evidence and facts), and what we conclude (days). Pure.

Identifiers called ``component_id`` and ``incident_id`` here are always the *vendor's* ids, never
database keys.

    days      seconds, days, windows and histories
    facts     what the store knows of a page
    evidence  what one answer said
    levels    levels, and other closed vocabularies
    lookup    things by their ids, and those of them that are known
"""

from monitor.model.days import (
    ALWAYS,
    NO_SECONDS,
    Absence,
    Day,
    DayRun,
    History,
    Life,
    PageHistory,
    Seconds,
    Window,
    quiet_day,
)
from monitor.model.evidence import (
    Bar,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    IncidentUpdate,
    Observation,
    PageInfo,
    PostedState,
    ReportedUptime,
)
from monitor.model.facts import KnownComponent, ObservedRun, OpenClaim, PageFacts
from monitor.model.levels import (
    BAD_LEVELS,
    LEVEL_OF_WORD,
    Aspect,
    Basis,
    Confidence,
    Level,
    Phase,
    level_word,
    worst_level,
)
from monitor.model.lookup import by_id, id_set, pick, without_none

__all__ = (
    "ALWAYS",
    "BAD_LEVELS",
    "LEVEL_OF_WORD",
    "NO_SECONDS",
    "Absence",
    "Aspect",
    "Bar",
    "Basis",
    "Component",
    "Confidence",
    "Coverage",
    "Day",
    "DayRun",
    "Evidence",
    "Gap",
    "History",
    "Impact",
    "Incident",
    "IncidentUpdate",
    "KnownComponent",
    "Level",
    "Life",
    "Observation",
    "ObservedRun",
    "OpenClaim",
    "PageFacts",
    "PageHistory",
    "PageInfo",
    "Phase",
    "PostedState",
    "ReportedUptime",
    "Seconds",
    "Window",
    "by_id",
    "id_set",
    "level_word",
    "pick",
    "quiet_day",
    "without_none",
    "worst_level",
)
