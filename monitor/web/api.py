"""The API, `/api/v1`: what is known, where deliveries stand, and what an operator does by hand.

Each route stands in the table with what it takes and what it answers; `openapi` describes the same table.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from monitor.durations import parse_moment
from monitor.errors import MonitorError
from monitor.operations import BY_HAND, Operations, Trial
from monitor.protocols import AlertReader, ClaimReader
from monitor.timing import wall_clock
from monitor.views import TestView, view_claim, view_filing
from monitor.web import answers, parameters
from monitor.web.events import Events
from monitor.web.openapi import document
from monitor.web.parameters import Parameter, read_query
from monitor.web.problems import Handler, Refused, expected
from monitor.web.rendering import answered

BASE = "/api/v1"
MOST_LISTED = 500
JSON = "application/json"
BODY_S = 10.0
"""So long a body may take in all, however steadily it comes."""

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Route:
    """One operation: what it takes (`takes`: the JSON body) and what it answers with 200 (None: an event stream)."""

    method: str
    path: str
    handler: Handler
    summary: str
    answers: type[BaseModel] | None
    parameters: tuple[Parameter, ...] = ()
    takes: type[BaseModel] | None = None


class Api:
    """The handlers, over one topic's store."""

    def __init__(
        self,
        *,
        alerts: AlertReader,
        claims: ClaimReader,
        operations: Operations,
        trial: Trial,
        events: Events,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._alerts = alerts
        self._claims = claims
        self._operations = operations
        self._trial = trial
        self._events = events
        self._clock = clock
        self.routes = self._table()

    def add_to(self, app: web.Application) -> None:
        for route in self.routes:
            app.router.add_route(route.method, BASE + route.path, route.handler, expect_handler=expected)
        described = document(self.routes, BASE)

        async def openapi(_: web.Request) -> web.Response:
            return web.json_response(described)

        async def end_streams(_: web.Application) -> None:
            self._events.end()

        app.router.add_get(f"{BASE}/openapi.json", openapi, expect_handler=expected)
        app.on_shutdown.append(end_streams)

    def _table(self) -> tuple[Route, ...]:
        limit = parameters.number("limit", "How many at most.", default=100, low=1, high=MOST_LISTED)
        after_seq = parameters.number("after", "Those behind this seq.", default=0)
        after_number = parameters.number("after", "Those behind this number.", default=0)
        claim = parameters.named("id", "The claim's id.")
        sink = parameters.named("name", "The sink.")
        self._of_alerts = (after_seq, limit)
        self._of_claims = (after_number, limit)
        listed = (
            parameters.sinks(self._operations.names), parameters.states(), parameters.since(self._clock), after_seq,
            limit,
        )  # fmt: skip
        self._of_deliveries = listed
        self._of_events = (
            parameters.number("after", "Begin behind this seq; by default with the next alert.", default=None),
            parameters.number("Last-Event-ID", "The same, as browsers send it; wins.", default=None, where="header"),
        )
        return (
            Route("GET", "/alerts", self.alerts, "Alerts by seq", answers.AlertsPage, self._of_alerts),
            Route("GET", "/events", self.events, "Alerts as they come (server-sent events)", None, self._of_events),
            Route("GET", "/claims", self.claims, "Claims by number", answers.ClaimsPage, self._of_claims),
            Route("GET", "/claims/{id}", self.claim, "A claim with its sightings", answers.ClaimPage, (claim,)),
            Route("GET", "/deliveries", self.deliveries, "Where deliveries stand", answers.DeliveriesPage, listed),
            Route("POST", "/redeliver", self.redeliver, "Sends again", answers.AgainAnswer, takes=answers.Again),
            Route("GET", "/sinks", self.sinks, "Where the sinks stand", answers.SinksPage),
            Route("POST", "/sinks/{name}/enable", self.enable, "Goes on with the oldest delivery",
                  answers.SwitchAnswer, (sink,), answers.Nothing),
            Route("POST", "/sinks/{name}/disable", self.disable, "Offers the sink nothing more",
                  answers.SwitchAnswer, (sink,), answers.Reason),
            Route("POST", "/sinks/{name}/test", self.test, "Sends a signed sink.test, once",
                  TestView, (sink,), answers.Nothing),
        )  # fmt: skip

    # --- looking

    async def alerts(self, request: web.Request) -> web.Response:
        query = read_query(request, self._of_alerts)
        found = tuple(await self._alerts.after(query["after"], query["limit"]))
        after = found[-1].seq if found else query["after"]
        first, last = await self._alerts.first_seq(), await self._alerts.last_seq()
        return answered(answers.AlertsPage(alerts=found, after=after, first=first, last=last))

    async def events(self, request: web.Request) -> web.StreamResponse:
        query = read_query(request, self._of_events)
        last = parameters.header(request, self._of_events[1])
        return await self._events.stream(request, query["after"] if last is None else last)

    async def claims(self, request: web.Request) -> web.Response:
        query = read_query(request, self._of_claims)
        found = await self._claims.page(query["after"], query["limit"])
        after = found[-1].number if found else query["after"]
        return answered(answers.ClaimsPage(claims=tuple(map(view_claim, found)), after=after))

    async def claim(self, request: web.Request) -> web.Response:
        read_query(request, ())
        found = await self._claims.claim(request.match_info["id"])
        if found is None:
            raise Refused(404, "there is no such claim", "id")
        filings = [view_filing(filing) async for filing in self._claims.filings_of(found.id)]
        return answered(answers.ClaimPage(claim=view_claim(found), filings=tuple(filings)))

    async def deliveries(self, request: web.Request) -> web.Response:
        query = read_query(request, self._of_deliveries)
        found, after = await self._operations.deliveries(
            query["sink"], query["state"], since=query["since"], after=query["after"], limit=query["limit"]
        )
        return answered(answers.DeliveriesPage(deliveries=tuple(found), after=after))

    async def sinks(self, request: web.Request) -> web.Response:
        read_query(request, ())
        return answered(answers.SinksPage(sinks=await self._operations.sinks()))

    # --- by hand

    async def redeliver(self, request: web.Request) -> web.Response:
        wanted = await _body(request, answers.Again)
        if wanted.id is not None:
            if wanted.since is not None:
                raise Refused(400, "since: an id needs none", "since")
            done = await self._operations.redeliver(wanted.id, wanted.sink)
        elif wanted.sink is None:
            raise Refused(400, "sink: give an id, or a sink", "sink")
        else:
            done = await self._operations.redeliver_since(wanted.sink, self._since(wanted.since), wanted.states)
        told = tuple(answers.RedeliveredTo(sink=sink, **one.model_dump()) for sink, one in done.items())
        return answered(answers.AgainAnswer(redelivered=told))

    def _since(self, written: str | None) -> datetime | None:
        try:
            return None if written is None else parse_moment(written, self._clock())
        except ValueError as error:
            raise Refused(400, f"since: {error}", "since") from None

    async def enable(self, request: web.Request) -> web.Response:
        await _body(request, answers.Nothing)
        sink = self._sink(request)
        return await self._switched(sink, await self._operations.enable(sink))

    async def disable(self, request: web.Request) -> web.Response:
        reason = await _body(request, answers.Reason)
        sink = self._sink(request)
        return await self._switched(sink, await self._operations.disable(sink, reason.because or BY_HAND))

    async def _switched(self, sink: str, changed: bool) -> web.Response:
        return answered(answers.SwitchAnswer(changed=changed, sink=await self._operations.sink(sink)))

    async def test(self, request: web.Request) -> web.Response:
        await _body(request, answers.Nothing)
        name = self._sink(request)
        try:
            return answered(await self._trial.send(name))
        except MonitorError as error:
            raise Refused(409, str(error), "name") from None

    def _sink(self, request: web.Request) -> str:
        read_query(request, ())
        name = request.match_info["name"]
        if name not in self._operations.names:
            raise Refused(404, f"there is no such sink; there are {', '.join(self._operations.names)}", "name")
        return name


async def _body(request: web.Request, form: type[Body]) -> Body:
    """The JSON body; nothing at all is the empty object. Refused names the field that is wrong."""
    if request.content_type != JSON:
        raise Refused(415, f"the content type must be {JSON}")
    try:
        async with asyncio.timeout(BODY_S):
            raw = await request.read()
    except TimeoutError:
        raise Refused(408, f"the body was not there after {BODY_S:g} s") from None
    try:
        return form.model_validate_json(raw or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])[:64]
        raise Refused(400, f"{name or 'body'}: {first['msg']}", name or None) from None
