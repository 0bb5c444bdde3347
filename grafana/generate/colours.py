"""The colours and words of the levels. Pure.

Colours are Okabe and Ito's, which people with any of the common colour blindnesses can tell apart,
and no panel says anything by colour alone: levels are mapped to words, tables show words and
numbers.
"""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from exporters.samples import UNKNOWN

GREEN, BLUE, YELLOW = "#009E73", "#56B4E9", "#F0E442"
ORANGE, RED, GREY = "#E69F00", "#D55E00", "#999999"
NAVY = "#0072B2"

LEVELS: Mapping[int, tuple[str, str]] = {
    UNKNOWN: ("unknown", GREY),
    0: ("operational", GREEN),
    1: ("maintenance", BLUE),
    2: ("degraded", YELLOW),
    3: ("partial outage", ORANGE),
    4: ("major outage", RED),
}
"""Level to its word and colour. The levels are the exporter's; our queries say `UNKNOWN` of the
present too."""

LOWEST = -1e12
"""Below whatever a panel shows: the first colour of thresholds begins here and not at the base."""

Override = tuple[str, list[models.DynamicConfigValue]]
"""A series' name, and what is different for it."""


def level_words() -> models.ValueMap:
    """Map the levels to their words and colours."""
    return word_map({str(level): word for level, word in LEVELS.items()})


def word_map(words: Mapping[str, tuple[str, str]]) -> models.ValueMap:
    """Map values to words with colours, in this order."""
    results = {}
    for place, (value, (text, colour)) in enumerate(words.items()):
        results[value] = models.ValueMappingResult(text=text, color=colour, index=place)
    return models.ValueMap(options=results)


def steps(first: str = GREY, *others: tuple[float, str]) -> builders.ThresholdsConfig:
    """Return thresholds: `first` for the lowest values, then each colour from its value on.

    Grafana gives the base's colour to what has no value (no series, null, NaN): the base is grey,
    whatever comes first.
    """
    thresholds = [models.Threshold(value=None, color=GREY)]
    if first != GREY:
        thresholds.append(models.Threshold(value=LOWEST, color=first))
    thresholds += [models.Threshold(value=at, color=colour) for at, colour in others]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(thresholds)


def by_threshold() -> builders.FieldColor:
    """Colour by threshold (a mapped value has its mapping's colour)."""
    return builders.FieldColor().mode(models.FieldColorModeId.THRESHOLDS)


def by_word() -> builders.FieldColor:
    """Colour by the mapping of a value, grey where there is none.

    Where values are coloured by threshold Grafana merges those of one threshold, and its legend
    lists thresholds: of levels, whose words and colours are mappings, nothing would be left.
    """
    return builders.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(GREY)


def series_colour(name: str, colour: str, *, dashes: bool = False) -> Override:
    """Return an override that gives the series of this name a colour and, if wanted, a dashed
    line.
    """
    properties = [models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})]
    if dashes:
        style = {"fill": "dash", "dash": [10, 10]}
        properties.append(models.DynamicConfigValue("custom.lineStyle", style))
    return name, properties


def as_bars() -> list[models.DynamicConfigValue]:
    """Return what draws a series of a line chart as bars."""
    return [
        models.DynamicConfigValue("custom.drawStyle", "bars"),
        models.DynamicConfigValue("custom.fillOpacity", 80),
    ]
