"""What an incident's impact word is worth where no component state is known. Pure."""

from collections.abc import Mapping

from monitor.model import Basis, Impact, Level

DEFAULT_IMPACT_MAPPING: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
    "maintenance": Level.MAINTENANCE,
}
"""The level of each impact word; the setting `impact_mapping` changes single ones.

The words are Statuspage's. Measured on vendors that post component states too, "minor" is a
degradation on some pages and a partial outage on others, which is why it is a setting."""

IMPACT_WORDS: Mapping[Level, str] = {level: word for word, level in DEFAULT_IMPACT_MAPPING.items()}
"""The impact word of each level, unless the user says otherwise."""


def impact_level(impact: Impact, mapping: Mapping[str, Level]) -> Level | None:
    """Return the level an impact stands for; None where nobody can read its word.

    An inferred impact has the level its word has in `mapping`, any other its own.
    """
    return mapping.get(impact.word or "") if impact.basis is Basis.INFERRED else impact.level
