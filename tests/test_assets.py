"""`monitor assets`: what a wheel carries beside the program is what the repository has."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from pages_at_hand import Command

from monitor.cli.assets import _KINDS, shipped_files

pytestmark = pytest.mark.hours

ROOT = Path(__file__).parents[1]


def in_the_repository() -> dict[str, bytes]:
    """Return the files that users need without a checkout, by their path."""
    paths = [
        *(ROOT / "grafana" / "dashboards").glob("*.json"),
        *(ROOT / "docs" / "runbooks").glob("*.md"),
        ROOT / "docs" / "man" / "monitor.1",
        *(ROOT / "grafana" / "alerts").glob("vendorstatus.*.yaml"),
        *(ROOT / "grafana" / "provisioning").rglob("*.yaml"),
        ROOT / "grafana" / "alerts" / "alertmanager.yml",
        ROOT / "grafana" / "prometheus.yml",
        *(ROOT / "docs" / name for name in ("alerts.md", "platforms.md", "reliability.md")),
    ]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def in_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_all_is_written_as_the_repository_has_it(monitor: Command, tmp_path: Path) -> None:
    code, out, err = monitor("assets", "new/folder")

    files = in_the_repository()
    assert (code, err) == (0, "")
    assert in_folder(tmp_path / "new" / "folder") == files
    assert [line for line in out.splitlines() if line.startswith("wrote ")] == [
        f"wrote new/folder/{path}" for path in sorted(files)
    ]
    assert f"{len(files)} files written, 0 were there already" in out


def test_what_is_the_same_stays_and_what_is_missing_is_written(
    monitor: Command, tmp_path: Path
) -> None:
    monitor("assets", "x")
    (tmp_path / "x/grafana/alerts/alertmanager.yml").unlink()
    code, out, _ = monitor("assets", "x")

    assert code == 0
    assert out.startswith("wrote x/grafana/alerts/alertmanager.yml\n1 file written, ")
    assert in_folder(tmp_path / "x") == in_the_repository()


def test_a_file_that_was_changed_is_overwritten_only_by_force(
    monitor: Command, tmp_path: Path
) -> None:
    (tmp_path / "x/grafana/alerts").mkdir(parents=True)
    changed = tmp_path / "x/grafana/alerts/alertmanager.yml"
    changed.write_text("ours")
    code, out, err = monitor("assets", "x")

    assert (code, out) == (2, "")
    assert err.startswith("monitor: grafana/alerts/alertmanager.yml differs in x, and nothing")
    assert in_folder(tmp_path / "x") == {"grafana/alerts/alertmanager.yml": b"ours"}

    assert monitor("assets", "x", "--force")[0] == 0
    assert in_folder(tmp_path / "x") == in_the_repository()


def test_the_list_says_of_every_file_what_it_is_and_writes_nothing(
    monitor: Command, tmp_path: Path
) -> None:
    code, out, _ = monitor("assets", "--list")
    lines = dict(line.split("  ") for line in out.splitlines())

    assert code == 0
    assert list(lines) == sorted(in_the_repository())
    assert set(lines.values()) == set(_KINDS.values())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name the folder to write, or --list"),
        (("file/x",), "cannot write file"),
        (("file",), ""),
    ],
)
def test_a_folder_that_is_none_is_refused(
    monitor: Command, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "file").touch()
    code, _, err = monitor("assets", *words)

    assert code == 2
    assert message in err
    assert (tmp_path / "file").read_bytes() == b""


def test_every_link_of_a_runbook_leads_somewhere_in_the_folder() -> None:
    paths = {path for path, _ in shipped_files()}
    for path, content in shipped_files():
        if path.startswith("docs/runbooks/"):
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", content.decode()):
                reached = (ROOT / path).parent.joinpath(target).resolve().relative_to(ROOT)
                assert reached.as_posix() in paths, f"{path} links to {target}"


@pytest.mark.integration
def test_a_wheel_gives_the_same_files(tmp_path: Path) -> None:
    """Built from a copy, since building leaves files beside the source."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("monitor", "exporters", "grafana", "docs"):
        shutil.copytree(
            ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(tmp_path / "dist"), str(source)], check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "unpacked")
    subprocess.run(
        [sys.executable, "-m", "monitor", "assets", str(tmp_path / "assets")],
        cwd=tmp_path / "unpacked", check=True, env={"PYTHONSAFEPATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip

    assert in_folder(tmp_path / "assets") == in_the_repository()


def test_the_image_is_built_from_all_that_the_wheel_holds() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    linked = {path.split("/")[0] for path, _ in shipped_files()}
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert linked <= copied
    assert {f"!{name}" for name in ("monitor", "exporters")} <= set(ignored)
    assert all(any(line.startswith(f"!{name}/") for line in ignored) for name in linked)
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
