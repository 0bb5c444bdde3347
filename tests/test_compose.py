"""compose.yaml, as Docker Compose itself reads it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from go_programs import go_program

ROOT = Path(__file__).parents[1]
PASSWORD = "correct horse"


def read(file: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [go_program("cmd"), "-format", "json", str(file)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.integration
def test_docker_compose_finds_no_mistake_and_every_service():
    done = read(ROOT / "compose.yaml", GRAFANA_ADMIN_PASSWORD=PASSWORD)
    services = json.loads(done.stdout)["services"]

    assert done.returncode == 0, done.stderr
    assert services.keys() == {"vendorstatus", "prometheus", "alertmanager", "grafana"}
    assert PASSWORD not in done.stdout


@pytest.mark.integration
def test_a_mistake_is_noticed(tmp_path):
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((ROOT / "compose.yaml").read_text().replace("restart:", "restarts:", 1))

    assert read(wrong, GRAFANA_ADMIN_PASSWORD=PASSWORD).returncode != 0
