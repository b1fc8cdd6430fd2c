"""The API over real sockets on a real store: its answers are what it says of them, and it refuses in words."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.models import Delivery, DeliveryState, Outcome, Verdict
from monitor.operations import Operations, Trial
from monitor.store import Store
from monitor.web import api
from monitor.web.api import Api
from monitor.web.events import Events
from monitor.web.metrics import Metrics
from monitor.web.server import application, serve
from tests.conftest import SINKS, TOPIC
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, DEAD, lease
from tests.waiting import wait_until

TOKEN = "a-token-of-the-tests-0123456789"  # noqa: S105 - of the tests alone


class Receiver:
    """A sink that notes what it gets."""

    name = "desk"

    def __init__(self) -> None:
        self.got: list[Delivery] = []

    async def send(self, delivery: Delivery) -> Outcome:
        self.got.append(delivery)
        return Outcome(verdict=Verdict.RETRY, status=503, error="status 503", answer="not today")

    async def close(self) -> None:
        pass


class Site:
    """The API, asked over its port. Each answer is held to the description of its operation."""

    def __init__(self, url: str, session: aiohttp.ClientSession, events: Events, receiver: Receiver) -> None:
        self.url = url
        self.session = session
        self.events = events
        self.receiver = receiver
        self.described: dict[str, Any] = {}

    async def ask(self, method: str, path: str, json: object = None, **headers: str) -> tuple[int, Any]:
        body = {"json": json} if method == "POST" else {}
        async with self.session.request(method, f"{self.url}/api/v1{path}", headers=headers, **body) as response:  # type: ignore[arg-type]
            answer = await response.json(content_type=None)
            if self.described:
                self._hold(method, path.partition("?")[0], response, answer)
            return response.status, answer

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return await self.ask("GET", path, **headers)

    def _hold(self, method: str, path: str, response: aiohttp.ClientResponse, answer: Any) -> None:
        for pattern, operations in self.described["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), f"/api/v1{path}") and method.lower() in operations:
                answers = operations[method.lower()]["responses"]
                content = answers[str(response.status)]["content"][response.content_type]
                wrong = mistakes(answer, content["schema"], self.described["components"]["schemas"], "answer")
                assert not wrong, wrong
                return
        raise AssertionError(f"{method} {path} is not described")


def mistakes(value: Any, schema: Mapping[str, Any], named: Mapping[str, Any], place: str) -> list[str]:  # noqa: PLR0911
    """What of the value is not as the JSON schema says, as far as schemas of this project go."""
    if "$ref" in schema:
        return mistakes(value, named[schema["$ref"].rpartition("/")[2]], named, place)
    if "anyOf" in schema:
        tried = [mistakes(value, one, named, place) for one in schema["anyOf"]]
        return [] if [] in tried else [f"{place}: {tried}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    kinds["null"] = type(None)
    kind = schema.get("type")
    if kind is None:
        return [f"{place}: its schema says nothing"] if not schema.keys() - {"title", "description"} else []
    if not isinstance(value, kinds[kind]) or (isinstance(value, bool) and kind != "boolean"):  # type: ignore[arg-type]
        return [f"{place}: {value!r} is no {kind}"]
    if kind == "array":
        return [
            one for at, item in enumerate(value) for one in mistakes(item, schema["items"], named, f"{place}[{at}]")
        ]
    if kind != "object":
        return []
    properties = schema.get("properties", {})
    wrong = [f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    wrong += [f"{place}: {name} is not described" for name in value if name not in properties]
    return wrong + [
        one
        for name, item in value.items()
        if name in properties
        for one in mistakes(item, properties[name], named, f"{place}.{name}")
    ]


@asynccontextmanager
async def served(
    store: Store, token: str | None = None, events: Events | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Site]:
    """`host`: the configured one; it listens on loopback."""
    stopping = asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    events, receiver = events or Events(store.alerts, keep_alive_s=0.2), Receiver()
    operations = Operations(
        sinks={"log": "log", "desk": "webhook"},
        alerts=store.alerts,
        deliveries=store.deliveries,
        switches=store.outbox,
    )
    api = Api(
        alerts=store.alerts,
        claims=store.claims,
        operations=operations,
        trial=Trial(topic=TOPIC, sinks=SINKS, receivers={"desk": receiver}),
        events=events,
    )

    async def refresh() -> None:
        pass

    app = application(Metrics(), {}, refresh, api, token=token, host=host)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(serve(app, "127.0.0.1", 0, stopping, port.set_result))
        group.create_task(events.run(stopping))
        try:
            async with aiohttp.ClientSession() as session:
                site = Site(f"http://127.0.0.1:{await port}", session, events, receiver)
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                _, site.described = await site.get("/openapi.json", **headers)
                yield site
        finally:
            stopping.set()


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    async with served(store) as one:
        yield one


async def test_alerts_are_read_page_by_page(store: Store, site: Site) -> None:
    assert await site.get("/alerts") == (200, {"alerts": [], "after": 0, "first": 0, "last": 0})
    for number in range(3):
        await raise_one(store, f"claim {number}")
    _, page = await site.get("/alerts?after=1&limit=1")
    assert [alert["seq"] for alert in page["alerts"]] == [2]
    assert (page["after"], page["first"], page["last"]) == (2, 1, 3)
    assert page["alerts"][0] == (await store.alerts.after(1))[0].model_dump(mode="json")


async def test_claims_are_shown_with_their_sightings(store: Store, site: Site) -> None:
    claim, sighting = await raise_one(store)
    _, page = await site.get("/claims")
    assert [one["id"] for one in page["claims"]] == [claim.id]
    _, shown = await site.get(f"/claims/{claim.id}")
    assert shown["claim"] == page["claims"][0]
    assert [filing["id"] for filing in shown["filings"]] == [sighting.id]
    status, problem = await site.get("/claims/claim_none")
    assert (status, problem["parameter"]) == (404, "id")


async def test_a_dead_delivery_is_listed_and_goes_out_again_under_the_same_id(store: Store, site: Site) -> None:
    await raise_one(store, "claim 0")
    await raise_one(store, "claim 1")
    assert await store.outbox.settle(await lease(store), DEAD, ATTEMPT, None)
    _, page = await site.get("/deliveries?state=dead&sink=log&since=1h")
    [dead] = page["deliveries"]
    assert (dead["id"], dead["attempts"][0]["status"]) == ("log/1", 200)
    _, done = await site.ask("POST", "/redeliver", {"id": "log/1"})
    assert done == {"redelivered": [{"queued": 1, "waiting": 0, "refused": 0, "sink": "log"}]}
    assert (await lease(store)).alert.alert_id == dead["alert_id"]
    _, done = await site.ask("POST", "/redeliver", {"id": dead["alert_id"]})
    assert [one["sink"] for one in done["redelivered"]] == list(SINKS)
    _, done = await site.ask("POST", "/redeliver", {"sink": "log", "since": "1h", "states": ["dead"]})
    assert done["redelivered"][0]["queued"] == 0
    assert (await site.ask("POST", "/redeliver", {"id": "log/77"}))[0] == 404


async def test_sinks_are_switched_and_tried(store: Store, site: Site) -> None:
    await raise_one(store)
    _, done = await site.ask("POST", "/sinks/desk/disable", {"because": "it moves house"})
    assert (done["changed"], done["sink"]["disabled"]["because"]) == (True, "it moves house")
    _, page = await site.get("/sinks")
    assert [(one["sink"], one["kind"], one["state"]) for one in page["sinks"]] == [
        ("log", "log", "ok"),
        ("desk", "webhook", "disabled"),
    ]
    _, done = await site.ask("POST", "/sinks/desk/enable", {})
    assert (done["changed"], done["sink"]["disabled"]) == (True, None)
    _, tried = await site.ask("POST", "/sinks/desk/test", {})
    assert (tried["verdict"], tried["status"], tried["answer"]) == ("retry", 503, "not today")
    assert [str(delivery.alert.kind) for delivery in site.receiver.got] == ["sink.test"]
    assert await store.alerts.last_seq() == 1
    assert (await site.ask("POST", "/sinks/log/test", {}))[0] == 409
    assert (await site.ask("POST", "/sinks/nobody/enable", {}))[0] == 404


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/alerts?after=x", "after"),
        ("/alerts?after=-1", "after"),
        ("/alerts?after=1&after=2", "after"),
        ("/alerts?limit=0", "limit"),
        ("/alerts?limit=501", "limit"),
        ("/alerts?since=1h", "since"),
        ("/deliveries?sink=nobody", "sink"),
        ("/deliveries?state=lost", "state"),
        ("/deliveries?since=soon", "since"),
        ("/events?after=x", "after"),
    ],
)
async def test_a_wrong_parameter_is_refused_by_its_name(site: Site, path: str, parameter: str) -> None:
    status, problem = await site.get(path)
    assert (status, problem["status"], problem["parameter"]) == (400, 400, parameter)


async def test_what_is_not_there_or_not_allowed_is_said_in_json(site: Site) -> None:
    site.described = {}
    for method, path, status in (("GET", "/nothing", 404), ("POST", "/alerts", 405)):
        assert (await site.ask(method, path))[1]["status"] == status
    async with site.session.delete(f"{site.url}/api/v1/sinks/desk/enable") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    async with site.session.post(f"{site.url}/api/v1/redeliver", data="{}") as response:
        assert response.status == 415
        assert response.content_type == "application/problem+json"
        assert "Access-Control-Allow-Origin" not in response.headers


OURS = ("localhost:8080", "LOCALHOST", "127.0.0.1", "127.0.0.1:8080", "[::1]:99", "monitor.example.org:8080")
NOT_OURS = ("evil.example.org", "evil.example.org:8080", "127.0.0.1.evil.example.org", "localhost@evil", "[evil]", "")


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/api/v1/alerts", "/"])
async def test_without_a_token_only_this_machines_own_names_are_answered(store: Store, path: str) -> None:
    async with served(store, host="monitor.example.org") as site:
        for name in NOT_OURS:
            async with site.session.get(site.url + path, headers={"Host": name}) as response:
                assert response.status == 421, name
                assert (await response.json(content_type=None))["title"] == "Misdirected Request"
        for name in OURS:
            async with site.session.get(site.url + path, headers={"Host": name}) as response:
                assert response.status == (404 if path == "/" else 200), name


async def test_with_a_token_nobody_else_is_answered_but_health_on_loopback_is(store: Store) -> None:
    async with served(store, TOKEN, host="monitor.example.org") as site:
        for sent in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer \udcff"):
            status, problem = await site.get("/alerts", **({"Authorization": sent} if sent else {}))
            assert (status, problem["title"]) == (401, "Unauthorized"), sent
        assert (await site.get("/alerts", Authorization=f"bearer {TOKEN}"))[0] == 200
        for path in ("/healthz", "/readyz", "/metrics"):
            for name in OURS:
                async with site.session.get(site.url + path, headers={"Host": name}) as response:
                    assert response.status == 200, name


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
async def test_with_a_token_another_name_on_loopback_needs_it_for_health_too(store: Store, path: str) -> None:
    async with served(store, TOKEN) as site:
        for name in NOT_OURS:
            async with site.session.get(site.url + path, headers={"Host": name}) as response:
                assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer"), name
        proxied = {"Host": "evil.example.org", "Authorization": f"Bearer {TOKEN}"}
        async with site.session.get(site.url + path, headers=proxied) as response:
            assert response.status == 200
    async with served(store) as site, site.session.get(site.url + "/healthz", headers={"Host": "any"}) as response:
        assert response.status == 200, "that the process lives is nobody's secret"


async def read_events(response: aiohttp.ClientResponse, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while len(found) < count:
        block: list[str] = []
        while line := (await response.content.readline()).decode().rstrip("\n"):
            block.append(line)
        fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
        found += [fields] if "id" in fields else []
    return found


async def test_events_go_on_behind_the_last_one_after_a_reconnect(store: Store, site: Site) -> None:
    url = f"{site.url}/api/v1/events"
    await raise_one(store, "claim 0")
    async with site.session.get(url, params={"after": 0}) as response:
        assert response.content_type == "text/event-stream"
        first = await read_events(response, 1)
        await raise_one(store, "claim 1")
        first += await read_events(response, 1)
    await raise_one(store, "claim 2")
    async with site.session.get(url, headers={"Last-Event-ID": first[-1]["id"]}) as response:
        second = await read_events(response, 1)
        while await response.content.readline() != b": still here\n":
            pass
    assert [(one["id"], one["event"]) for one in first + second] == [(str(seq), "claim.new") for seq in (1, 2, 3)]
    alerts = await store.alerts.after(0)
    assert [json.loads(one["data"]) for one in first + second] == [alert.model_dump(mode="json") for alert in alerts]
    await wait_until(lambda: site.events.clients == 0, "who went away is forgotten")


async def test_events_are_for_so_many_clients_and_no_more(store: Store) -> None:
    async with served(store, events=Events(store.alerts, most_clients=1, keep_alive_s=0.1)) as site:
        async with site.session.get(f"{site.url}/api/v1/events"):
            status, problem = await site.get("/events")
            assert (status, problem["title"]) == (503, "Service Unavailable")
        await wait_until(lambda: site.events.clients == 0, "the place is free again")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["after", "limit", "since", "state", "sink", "x"]), st.text(max_size=30)))
def test_whatever_is_asked_the_answer_is_a_page_or_a_problem(query: dict[str, str]) -> None:
    from monitor.web import parameters  # noqa: PLC0415
    from monitor.web.problems import Refused  # noqa: PLC0415

    known = [
        parameters.number("after", "", default=0),
        parameters.number("limit", "", default=1, low=1, high=500),
        parameters.since(lambda: datetime(2026, 1, 1, tzinfo=UTC)),
        parameters.states(),
        parameters.sinks(SINKS),
    ]
    try:
        read = parameters.read_values(query.keys(), lambda name: [query[name]] if name in query else [], known)
    except Refused as refused:
        assert (refused.status, refused.parameter in query) == (400, True)  # noqa: PT017 - either may happen
    else:
        assert 1 <= read["limit"] <= 500
        assert set(read["state"]) <= set(DeliveryState)


@pytest.mark.parametrize("sent", [b"", b'{"id": '])
async def test_a_body_that_does_not_come_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(api, "BODY_S", 0.1)
    async with served(store) as site:
        address = urlsplit(site.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        head = "POST /api/v1/redeliver HTTP/1.1\r\nHost: localhost\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n".encode() + sent)
        async with asyncio.timeout(10):
            answer = await reader.readuntil(b"}")
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body was not there after 0.1 s" in answer
