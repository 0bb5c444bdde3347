"""How the HTTP API answers over HTTP: tags, compression, HEAD, origins, and its documents."""

import gzip
import json
import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import pytest
from api_world import NOW, VENDORS, app_of, ask, asking, small_store
from store_support import observed, save

from exporters.api import Desk, api
from exporters.api.caching import Answers, Body
from exporters.revalidation import is_known
from monitor.model import Level

PATH = "/api/v1/vendors/globex/standing"
ORIGIN = "https://tools.example.com"

# tags


async def test_what_the_client_has_is_not_sent_again():
    async with asking(app_of()) as client:
        first = await client.get(PATH)
        again = await client.get(PATH, headers={"if-none-match": f'"x", {first.headers["etag"]}'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert parsedate_to_datetime(first.headers["last-modified"]) <= NOW


async def test_a_poll_that_sees_something_else_makes_another_answer():
    store = small_store()
    async with asking(app_of(store)) as client:
        first = await client.get(PATH)
        save(store, store.pages(["globex"])[0], observed(NOW, api=Level.MAJOR_OUTAGE))
        then = await client.get(PATH, headers={"if-none-match": first.headers["etag"]})

    assert first.json()["current_level"] == "operational"
    assert (then.status_code, then.json()["current_level"]) == (200, "major_outage")


@pytest.mark.parametrize(
    "passed", [timedelta(minutes=11), timedelta(minutes=16), timedelta(days=1)]
)
async def test_time_alone_makes_another_answer_where_it_changes_what_is_known(passed):
    now = [NOW]
    async with asking(app_of(clock=lambda: now[0])) as client:
        first = await client.get(PATH)
        now[0] += passed
        then = await client.get(PATH, headers={"if-none-match": first.headers["etag"]})

    assert then.status_code == 200
    assert then.json()["as_of"] == now[0].isoformat()


async def test_another_question_and_other_settings_have_other_tags():
    desk = Desk(small_store(), vendors=VENDORS, clock=lambda: NOW)
    app = api(desk, version="1")
    async with asking(app) as client:
        paths = [PATH, "/api/v1/vendors/acme?days=3", "/api/v1/vendors/acme?days=4"]
        tags = [(await client.get(path)).headers["etag"] for path in paths]
        desk.configure(vendors=VENDORS, policy="strict", window_days=4)
        record = await client.get(
            "/api/v1/vendors/acme", headers={"if-none-match": ", ".join(tags)}
        )

    assert len(set(tags)) == len(tags)
    assert record.status_code == 200
    assert (record.json()["policy"], record.json()["window_days"]) == ("strict", 4)


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ("*", True),
        ('"b", W/"a"', True),
        ('"b"', False),
        ("", False),
    ],
)
def test_tags_are_compared_weakly(header, same):
    assert is_known('W/"a"', header) is same


def test_answers_are_kept_within_a_bound_and_the_oldest_go_first():
    kept, body = Answers(most_bytes=2_500), Body(b"x" * 1_000, None)
    for tag in ("a", "b"):
        kept.keep(tag, body)
    kept.get("a")
    kept.keep("c", body)

    assert [tag for tag in "abc" if kept.get(tag)] == ["a", "c"]


# forms


async def test_an_answer_is_compressed_where_that_is_accepted():
    async with asking(app_of()) as client:
        path = "/api/v1/vendors/acme/days"
        plain = await client.get(path, headers={"accept-encoding": "identity"})
        zipped = await client.get(path, headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    assert int(zipped.headers["content-length"]) < len(plain.content) / 3
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", [PATH, "/api/v1", "/api/v1/openapi.json", "/api/docs", "/api/x"])
async def test_head_has_the_headers_of_get_and_no_body(path):
    async with asking(app_of()) as client:
        head, get = await client.head(path), await client.get(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers == get.headers


async def test_vendors_texts_are_what_they_are_and_nobody_may_sniff_them():
    answer = await ask("/api/v1/incidents?vendor=globex")

    assert answer.json()["incidents"][0]["title"] == "<b>Slow</b>"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


# origins


async def test_no_other_origin_may_read_unless_the_settings_say_so():
    answer = await ask(PATH, headers={"origin": ORIGIN})

    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_an_origin_of_the_settings_may_read_and_nothing_else():
    app = app_of(origins=[ORIGIN])
    async with asking(app) as client:
        own = await client.get(PATH, headers={"origin": ORIGIN})
        other = await client.get(PATH, headers={"origin": "https://evil.example"})
        asked = {"origin": ORIGIN, "access-control-request-method": "DELETE"}
        writing = await client.options(PATH, headers=asked)
        asked["access-control-request-method"] = "GET"
        reading = await client.options(PATH, headers=asked)

    assert own.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in own.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers
    assert (writing.status_code, reading.status_code) == (400, 200)
    assert "DELETE" not in reading.headers["access-control-allow-methods"]


# documents


async def test_the_openapi_document_tells_of_every_resource_and_problem():
    document = (await ask("/api/v1/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert {method for item in document["paths"].values() for method in item} == {"get"}
    for path, item in document["paths"].items():
        responses = item["get"]["responses"]
        for status in ("404", "405", "422", "503"):
            assert list(responses[status]["content"]) == ["application/problem+json"], path
        assert "$ref" in responses["200"]["content"]["application/json"]["schema"], path
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert used == set(document["components"]["schemas"])


async def test_the_first_document_lists_what_the_openapi_document_has():
    async with asking(app_of()) as client:
        index = (await client.get("/api/v1")).json()
        document = (await client.get(index["openapi"])).json()
        docs = await client.get(index["documentation"])

    assert [each["path"] for each in index["resources"]] == list(document["paths"])
    assert docs.status_code == 200


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.ids, self.events = set(), [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "action"}:
                self.links.append(value)
            if name == "id":
                self.ids.add(value)
            if name.startswith("on"):
                self.events.append(name)


async def test_the_page_for_people_loads_and_runs_nothing_and_its_links_lead_somewhere():
    async with asking(app_of()) as client:
        answer = await client.get("/api/docs", headers={"accept-encoding": "gzip"})
        paths = (await client.get("/api/v1/openapi.json")).json()["paths"]
    page = _Page()
    page.feed(answer.text)

    assert answer.headers["content-encoding"] == "gzip"
    assert not page.tags & {"script", "link", "img", "iframe", "form", "object"}
    assert page.events == []
    assert {link for link in page.links if not link.startswith("#")} == {"v1/openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    assert all(f"GET {path}<" in answer.text for path in paths)


async def test_other_paths_are_answered_as_before():
    async with asking(app_of()) as client:
        found = [await client.get(path) for path in ("/metrics", "/healthz", "/apis", "/metrics/")]

    assert [each.status_code for each in found] == [200, 200, 404, 404]
    assert found[2].headers["content-type"].startswith("text/plain")


def test_a_small_answer_is_not_compressed():
    assert Body.of(b"{}").compressed is None
    assert gzip.decompress(Body.of(b"x" * 600).compressed or b"") == b"x" * 600
