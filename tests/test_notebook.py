"""The notebook in docs/notebooks: its cells run, and compute what is true of two vendors."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import pytest
from store_support import component, evidence, impact, incident, observed, save

from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Coverage, Level
from monitor.store import PageSpec, Store

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebooks" / "reliability.ipynb"
CELLS = json.loads(NOTEBOOK.read_text())["cells"]
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = NOW - 12 * HOUR


def hours(*lengths: tuple[datetime, float | None], component_id: str = "api") -> list:
    """Return impacts that begin at an instant and last so many hours; None = they go on."""
    return [
        impact(
            start,
            None if length is None else start + length * HOUR,
            component_id=component_id,
            incident_id=f"{component_id}{number}",
        )
        for number, (start, length) in enumerate(lengths)
    ]


def known(days: int, aspect: Aspect = Aspect.IMPACTS, until=NOW) -> Coverage:
    return Coverage(span=Interval(until - days * DAY, until), aspect=aspect)


@pytest.fixture
def names(tmp_path, monkeypatch):
    """Run the notebook on two vendors, and return what it has computed."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    database = tmp_path / "status.db"
    with Store.open(f"sqlite:///{database}") as store:
        fill(store)
    parameters = {"database": database, "now": NOW, "vendors": ["anthropic", "openai"], "days": 10}
    names: dict = {}
    for number, cell in enumerate(CELLS):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
            if "parameters" in cell["metadata"].get("tags", ()):
                names |= parameters
    return names


def fill(store: Store) -> None:
    """anthropic: on 11 May two components out for 2 hours together, on 15 May 4 hours, today since
    an hour; on 13 May a bar alone tells of an outage. openai: out on 15 May for half an hour, and
    not known before 14 May."""
    pages = [
        PageSpec(slug=slug, name=slug, url=f"https://{slug}.example/", interval_seconds=300)
        for slug in ("anthropic", "openai")
    ]
    store.sync_pages(pages, now=NOW)
    anthropic, openai = store.pages()
    eleventh, fifteenth = MIDNIGHT - 9 * DAY, MIDNIGHT - 5 * DAY
    impacts = [
        *hours((eleventh, 1.5), (fifteenth, 4), (NOW - HOUR, None)),
        *hours((eleventh + HOUR, 1), component_id="web"),
    ]
    parts = (component(), component("web", "Web"))
    bar = Bar(
        component_id="web", day=(MIDNIGHT - 7 * DAY).date(), partial_seconds=600, source="bars"
    )
    bars = Coverage(
        span=Interval(MIDNIGHT - 7 * DAY, MIDNIGHT - 6 * DAY),
        aspect=Aspect.BARS,
        component_id="web",
    )
    save(store, anthropic, told(impacts, parts, bars=(bar,), coverage=(known(10), bars)))
    state = {"api": Level.PARTIAL_OUTAGE, "web": Level.OPERATIONAL}
    save(store, anthropic, observed(NOW, **state))
    half = [*hours((fifteenth + 6 * HOUR, 0.5))]
    save(
        store, openai, told(half, (component(),), coverage=(known(6, until=MIDNIGHT + 12 * HOUR),))
    )
    save(store, openai, observed(NOW, api=Level.OPERATIONAL))


def told(impacts, components, **more):
    incidents = tuple(
        incident(
            each.incident_id,
            started_at=each.start,
            resolved_at=each.end,
            component_ids=(each.component_id,),
        )
        for each in impacts
    )
    return evidence(NOW, components=components, incidents=incidents, impacts=tuple(impacts), **more)


def test_the_figures_are_those_of_what_happened(names) -> None:
    anthropic, openai = names["summary"].loc["anthropic"], names["summary"].loc["openai"]

    assert (anthropic["outages"], anthropic["going on"]) == (3, 1)
    assert anthropic["MTTR (h)"] == pytest.approx((2 + 4) / 2)
    assert anthropic["MTBF (h)"] == pytest.approx((9.5 * 24 - 2 - 4 - 1) / 3)
    assert anthropic["days told by bars alone"] == 1
    assert (openai["outages"], openai["MTTR (h)"]) == (1, 0.5)
    assert [day.date().isoformat() for day in names["joint_days"]] == ["2026-05-15"]
    assert names["both_known"].sum() == 6


def test_the_picture_has_a_line_for_each_vendor(names) -> None:
    labels = [label.get_text() for label in names["axes"].get_yticklabels()]
    names["plt"].close(names["figure"])

    assert labels == ["anthropic", "openai"]


def test_no_output_is_kept_in_the_notebook() -> None:
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]

    assert len(code) >= 6
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    assert NOTEBOOK.stat().st_size < 20_000
