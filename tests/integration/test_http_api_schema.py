"""The HTTP API keeps what its OpenAPI document says, whatever it is asked: Schemathesis against the
real server."""

import asyncio
import importlib.util
import sys

import pytest
from api_world import app_of
from servers import serving

pytestmark = pytest.mark.integration

NOT_HELD = (
    # No schema can say that a day has not begun, or that two parameters contradict each other.
    "positive_data_acceptance",
)
RUN = "from schemathesis.cli import schemathesis; schemathesis()"


@pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None, reason="schemathesis is not installed"
)
async def test_whatever_is_asked_is_answered_as_the_document_says(tmp_path):
    async with serving(app_of()) as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", RUN, "run", f"http://{address}/api/v1/openapi.json"),
            *("--checks", "all", "--exclude-checks", ",".join(NOT_HELD)),
            *("--phases", "fuzzing", "--max-examples", "15", "--generation-deterministic"),
            *("--no-shrink", "--no-color"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 60)
        except TimeoutError:
            process.kill()
            raise

    said = output.decode()
    assert process.returncode == 0, said[-4_000:]
    assert "Tested: 15" in said, said[-4_000:]
