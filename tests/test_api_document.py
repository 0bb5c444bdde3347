"""The reference of the Python API: its examples run, and it names everything there is."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_support import component, evidence, impact, incident, observed, save

import monitor.api
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, IncidentUpdate, Level
from monitor.store import PageSpec, Store

pytestmark = pytest.mark.hours

GUIDE = (Path(__file__).parents[1] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def database(tmp_path, monkeypatch):
    """Put a database where commands find it, in which anthropic has an outage that goes on."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'status.db'}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    now = datetime.now(UTC)
    start = now - timedelta(hours=1)
    url = "https://status.claude.com/"
    with Store.open(f"sqlite:///{tmp_path / 'status.db'}") as store:
        store.sync_pages([PageSpec(slug="anthropic", name="Claude", url=url)], now=now)
        (page,) = store.pages()
        span = Interval(now - timedelta(days=99), now)
        said = evidence(
            now,
            components=(component("k1", "API"),),
            incidents=(incident(started_at=start, component_ids=("k1",)),),
            updates=(IncidentUpdate(incident_id="i1", key="u1", at=start, status="investigating"),),
            impacts=(impact(start, component_id="k1"),),
            coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
        )
        save(store, page, said)
        save(store, page, observed(now, k1=Level.PARTIAL_OUTAGE))


@pytest.mark.slow  # pandas takes a second to be imported
def test_the_examples_run_one_after_another(database, capsys) -> None:
    names: dict[str, object] = {}
    for example in EXAMPLES:
        exec(compile(example, "docs/api.md", "exec"), names)
    out = capsys.readouterr().out

    assert "of 30 known days" in out
    assert "partial_outage fresh ['API errors']" in out
    assert "no vendor 'nobody'" in out
    assert (names["slugs"], len(names["bad"]) in (1, 2)) == (["api"], True)
    assert len(names["everything"]) == len(names["frame"]) == 90


@pytest.mark.parametrize("name", [n for n in vars(monitor.api.History) if not n.startswith("_")])
def test_every_question_has_an_example(name) -> None:
    assert any(f"history.{name}(" in example for example in EXAMPLES)


@pytest.mark.parametrize("name", monitor.api.__all__)
def test_everything_stable_is_named(name) -> None:
    assert re.search(rf"`(?:monitor\.api\.)?{name}\b", GUIDE)
