"""What must hold for the repository as a whole: its files agree with each other, and with any
machine."""

import ast
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import typer

import monitor
from monitor.cli import app
from monitor.cli.platform_text import platform_rows
from monitor.cli.rows import markdown
from monitor.health import USUAL

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEVER_OURS = {".git", ".venv", "build", "dist", "__pycache__", "node_modules", "demo-data"}


def files():
    """Return our text files: what git tracks or would add; without git, everything outside the
    usual folders. A link's file is read where it is."""
    listing = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(listing, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path for path in ROOT.rglob("*") if not NEVER_OURS & set(path.relative_to(ROOT).parts)
        ]
    return {
        str(path.relative_to(ROOT)): text
        for path in sorted(paths)
        if not path.is_symlink() and (text := text_of(path)) is not None
    }


def text_of(path):
    """Return a file's text; None for what is no text file, or gone."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None


FILES = files()


def lines_with(pattern, *, but=()):
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in FILES.items()
        if name not in but
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


# -------------------------------------------------------------------------------------------------
# nothing of a machine


# The patterns are written so that they do not find themselves.
@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [
        r"pypi\.[o]rg",
        r"python[h]osted",
        r"registry\.[n]pmjs",
        r"proxy\.[g]olang",
        r"(?<!no-emit-)(?:extra-)?index[-_][u]rl",
        r"(?<!no-emit-)trusted[-_][h]ost",
        r"(?<!no-emit-)find[-_][l]inks",
    ],
)
def test_no_file_names_a_registry(pattern):
    assert lines_with(pattern) == []


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [r"(?<![\w.])/[w]ork/", r"/[r]oot/", r"\.[p]yenv"])
def test_no_file_names_a_place_of_one_machine(pattern):
    assert lines_with(pattern) == []


@pytest.mark.slow
def test_only_the_gate_looks_for_captured_pages_beside_the_repository():
    assert lines_with(r"(?<![\w-])[s]hared/|\.\./[s]hared", but={".ci/run"}) == []


def test_requirements_have_no_addresses():
    assert [
        name for name in LOCKS if re.search(r"https?:|\s@\s|^-", FILES[name], re.MULTILINE)
    ] == []


# -----------------------------------------------------------------------------------------------------
# locked versions


def pins(name):
    """Return the hashes of every pinned distribution of a requirements file."""
    joined = FILES[name].replace("\\\n", " ")
    found = {}
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            distribution, *rest = line.split()
            found[distribution] = [word for word in rest if word.startswith("--hash=sha256:")]
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name):
    locked = pins(name)

    assert locked
    assert [each for each, hashes in locked.items() if "==" not in each or not hashes] == []


def test_tests_run_on_the_versions_that_are_shipped():
    assert (
        pins("requirements.txt").keys() | pins("requirements-build.txt").keys()
        <= pins("requirements-dev.txt").keys()
    )


def test_every_dependency_is_locked():
    project = PROJECT["project"]
    extras = dict(project["optional-dependencies"])
    of_workstations = extras.pop("mcp")  # assistants run beside people, not in the image
    shipped = [*project["dependencies"], *chain.from_iterable(extras.values())]

    assert missing(shipped, "requirements.txt") == []
    tried = [*PROJECT["dependency-groups"]["dev"], *of_workstations]
    assert missing(tried, "requirements-dev.txt") == []
    assert missing(PROJECT["build-system"]["requires"], "requirements-build.txt") == []


@pytest.mark.slow
def test_nothing_of_ours_is_installed_by_name_from_an_index():
    """The name is not ours there: whoever registers it would be installed in our place."""
    by_name = r"(?<![\w./-])vendor[s]tatus\[|pip install (?:-\S+ )*['\"]?vendor[s]tatus\b"

    assert lines_with(by_name) == []


def missing(wanted, name):
    locked = {pin.partition("==")[0] for pin in pins(name)}
    return [each for each in wanted if re.split(r"[\[<>=~! ]", each)[0].lower() not in locked]


# ---------------------------------------------------------------------------------------------------
# files that agree


def test_the_version_is_the_same_everywhere():
    assert PROJECT["project"]["version"] == monitor.__version__
    assert (
        re.findall(r"^## \[([^\]]+)\]", FILES["CHANGELOG.md"], re.MULTILINE)[0]
        == monitor.__version__
    )


def test_the_licence_is_the_one_the_project_states():
    assert PROJECT["project"]["license"] == "MIT"
    assert FILES["LICENSE"].startswith("MIT License\n")


def commands(command, path):
    """Yield the words of every command a user can type."""
    subcommands = getattr(command, "commands", {})
    if not subcommands:
        yield " ".join(path)
    for name, each in subcommands.items():
        if not each.hidden:
            yield from commands(each, [*path, name])


COMMANDS = sorted(commands(typer.main.get_command(app), ["monitor"]))


def test_the_table_of_platforms_in_the_docs_is_what_the_platforms_say():
    """`make platforms` writes it."""
    rows = platform_rows()
    table = FILES["docs/platforms.md"].partition("<!-- made by `make platforms` -->\n")[2]

    written = list(markdown(list(rows[0]), (list(row.values()) for row in rows)))
    assert table.splitlines() == written, "run `make platforms`"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_has_every_command(command):
    listed = FILES["docs/commands.md"].partition("## Options of every command")[0]

    assert re.search(rf"(?<![\w-]){re.escape(command)}(?![\w-])", listed), (
        f"give {command} a line under *All commands* in docs/commands.md"
    )


@pytest.mark.parametrize("path", [name for name in FILES if name.endswith(".md")])
def test_a_document_links_only_to_files_that_exist(path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", FILES[path])
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (ROOT / path).parent.joinpath(link).exists()] == []


def test_documents_name_only_make_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", FILES["Makefile"], re.MULTILINE))
    documents = [text for name, text in FILES.items() if name.endswith(".md")]
    # At the start of a line or of a piece of code, so that "to make sure" is not a target.
    named = {
        each
        for text in documents
        for each in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)
    }

    assert named - targets == set()
    assert {"help", "demo", "run", "test", "fmt", "bench", "clean", "lock", "docker"} <= targets


def test_every_make_target_says_what_it_is_for():
    undocumented = re.findall(r"^([a-z-]+):(?!.*## )", FILES["Makefile"], re.MULTILINE)

    assert undocumented == []


MODULES = [name for name in FILES if re.match(r"(monitor|exporters)/.*\.py$", name)]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    assert ast.get_docstring(ast.parse(FILES[name]))


# -------------------------------------------------------------------------------------------------------
# the container


def instructions(word):
    """Return the arguments of a Dockerfile's instructions of one kind, in its last stage."""
    joined = FILES["Dockerfile"].replace("\\\n", " ")
    lines = joined[joined.rindex("\nFROM ") :].splitlines()
    return [line.removeprefix(word).strip() for line in lines if line.startswith(f"{word} ")]


LABEL = re.compile(r'org\.opencontainers\.image\.([a-z.]+)="([^"]*)"')


def test_the_image_says_what_it_is_by_the_labels_of_oci():
    project = PROJECT["project"]
    (labels,) = (dict(LABEL.findall(each)) for each in instructions("LABEL"))

    assert labels["title"] == project["name"]
    assert project["description"].startswith(labels["description"].partition("?")[0])
    assert labels["licenses"] == project["license"]
    assert labels["version"] == "${VERSION}"
    assert {"VERSION=unknown", "PYTHON"} <= set(instructions("ARG"))


def test_the_image_is_built_with_the_projects_version():
    told = subprocess.run(
        ["make", "-n", "docker"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert f"--build-arg VERSION={PROJECT['project']['version']} " in told


def test_the_container_runs_as_a_user_without_rights_and_is_watched():
    (user,) = instructions("USER")

    assert user.partition(":")[0] not in {"root", "0"}
    assert instructions("HEALTHCHECK")
    assert instructions("VOLUME") == ["/data"]


def test_the_container_listens_where_the_health_check_and_prometheus_look():
    (environment,) = instructions("ENV")
    (port,) = re.findall(r"MONITOR_LISTEN=0\.0\.0\.0:(\d+)", environment)

    assert "MONITOR_OPEN=true" in environment, "else it would refuse to start"
    assert '"-m", "monitor.health"' in instructions("HEALTHCHECK")[0]
    assert f"127.0.0.1:{port}" == USUAL
    assert f"vendorstatus:{port}" in FILES["grafana/prometheus.yml"]
    assert f":{port}" in FILES["compose.yaml"]


def test_the_container_is_built_from_locked_versions():
    copied = [
        line
        for line in FILES["Dockerfile"].splitlines()
        if "pip install" in line or "pip wheel" in line
    ]

    assert copied
    assert [
        line for line in copied if "--require-hashes" not in line and "--no-deps" not in line
    ] == []
