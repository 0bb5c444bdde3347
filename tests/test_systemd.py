"""The systemd unit: what it says agrees with the command, and what the command does is what the
unit allows."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import typer
import yaml
from processes import served
from test_pipeline import truth_for

from monitor import config
from monitor.cli import app
from monitor.running import BAD_USAGE
from monitor.schedule import DRAIN_SECONDS
from tests.integration.servers import free_port

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "vendorstatus.service"


def directives() -> dict[str, list[str]]:
    """Return the values of each directive, of all sections together, in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


ONE = {name: values[-1] for name, values in directives().items()}


def seconds(text: str) -> int:
    return config.parse_duration(text.replace("min", "m"))


def test_it_starts_the_command_as_it_is_and_reloads_it_by_the_signal_it_hears():
    program, name, *options = shlex.split(ONE["ExecStart"])
    click = typer.main.get_command(app).commands[name]

    assert program.endswith("/monitor")
    assert {option for parameter in click.params for option in parameter.opts} >= {options[0]}
    assert ONE["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_it_waits_for_what_the_command_tells_and_for_as_long_as_the_command_may_need():
    assert (ONE["Type"], ONE["NotifyAccess"]) == ("notify", "main")
    assert 10 <= seconds(ONE["WatchdogSec"]) <= 120
    assert seconds(ONE["TimeoutStopSec"]) > DRAIN_SECONDS + 3
    assert (ONE["Restart"], ONE["RestartPreventExitStatus"]) == ("on-failure", str(BAD_USAGE))


def test_its_database_lies_in_the_one_folder_it_may_write_to():
    (url,) = [
        value.partition("=")[2]
        for value in directives()["Environment"]
        if value.startswith("MONITOR_DATABASE")
    ]
    written = url.replace("%S", "/var/lib")
    settings = config.parse("vendors: [github]", "monitor.yaml", {"MONITOR_DATABASE_URL": written})

    assert settings.database_url == f"sqlite:////var/lib/{ONE['StateDirectory']}/vendorstatus.db"
    assert ONE["WorkingDirectory"] == f"%S/{ONE['StateDirectory']}"
    assert (ONE["ProtectSystem"], ONE["DynamicUser"], ONE["StateDirectoryMode"]) == (
        "strict",
        "yes",
        "0700",
    )


HARDENED = (
    "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectClock",
    "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables",
    "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute",
)  # fmt: skip


def test_it_has_no_rights_that_it_has_no_use_for():
    assert [name for name in HARDENED if ONE.get(name) != "yes"] == []
    assert ONE["CapabilityBoundingSet"] == ONE["AmbientCapabilities"] == ""
    assert directives()["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert set(ONE["RestrictAddressFamilies"].split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}


def program(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not on PATH")


def test_systemd_itself_finds_it_well_protected():
    command = [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "offline" in done.stderr:
        pytest.skip("systemd-analyze is older than 250")
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)

    assert float(exposure) < 2


def test_systemd_itself_reads_it_without_a_complaint(tmp_path: Path):
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/vendorstatus/bin/monitor", "/bin/true"))
    command = [program("systemd-analyze"), "verify", "--no-pager", "--man=no", str(copy)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")

    copy.write_text(copy.read_text().replace("Restart=", "Restarts=", 1))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Restarts" in done.stderr


def calls_of(group: str) -> set[str]:
    """Return the system calls of a group, those of the groups in it too."""
    text = subprocess.run(
        [program("systemd-analyze"), "--no-pager", "syscall-filter", group],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [
        line.strip()
        for line in text.splitlines()[1:]
        if line.strip() and not line.strip().startswith("#")
    ]
    return {call for name in names for call in (calls_of(name) if name.startswith("@") else [name])}


@pytest.mark.slow
def test_the_command_asks_the_kernel_for_nothing_that_the_unit_forbids(tmp_path):
    allowed = calls_of("@system-service") | calls_of("@default")
    allowed -= calls_of("@privileged") | calls_of("@resources")
    address, trace = f"127.0.0.1:{free_port()}", tmp_path / "trace"
    with served(truth_for(1, "statuspage")) as simulator:
        url = simulator.vendors[0].url.replace("127.0.0.1", "localhost")
        vendor = {"slug": "acme", "url": url, "allow_private": True}
        (tmp_path / "monitor.yaml").write_text(
            yaml.safe_dump({"backfill": "1d", "vendors": [vendor]})
        )
        environment = os.environ | {
            "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/status.db", "MONITOR_LISTEN": address,
            "NOTIFY_SOCKET": f"@vendorstatus-trace-{os.getpid()}", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        traced = [
            program("strace"),
            "-f",
            "-qq",
            "-o",
            str(trace),
            sys.executable,
            "-m",
            "monitor",
            "serve",
        ]
        process = subprocess.Popen(
            traced, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        )
        try:
            up, until = "", time.monotonic() + 120
            while "\nvendorstatus_up" not in up and time.monotonic() < until:
                time.sleep(0.5)
                try:
                    up = httpx.get(f"http://{address}/metrics", timeout=10).text
                except httpx.HTTPError:
                    continue
            serve = int(trace.read_text().split(maxsplit=1)[0])
            os.kill(serve, signal.SIGHUP)
            time.sleep(3)
            os.kill(serve, signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait(10)
            if (of := re.match(r"\d+", trace.read_text())) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(of[0]), signal.SIGKILL)  # what is traced outlives strace
    text = trace.read_text()
    called = set(re.findall(r"^\d+ +(\w+)\(", text, re.MULTILINE))
    executable = [
        line
        for line in text.splitlines()
        if re.search(r"PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_EXEC", line)
    ]
    families = set(re.findall(r"\bsocket\((AF_\w+)", text))

    assert 'vendorstatus_up{vendor="acme"} 1' in up
    assert len(called) > 50
    as_root = (
        {"fchown"} if os.geteuid() == 0 else set()
    )  # SQLite gives its log the owner of the database
    assert called - allowed - as_root == set()
    assert executable == []
    assert families <= set(ONE["RestrictAddressFamilies"].split()) | {
        "AF_NETLINK"
    }  # without it, getaddrinfo goes on
