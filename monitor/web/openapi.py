"""The API as OpenAPI 3.1, made from the table of routes and the models of its answers."""

from collections.abc import Iterable
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from monitor import __version__
from monitor.web.answers import Problem
from monitor.web.parameters import Parameter

REFS = "#/components/schemas/{model}"
PROBLEMS = {
    "400": "A parameter is wrong; the problem names it",
    "401": "A bearer token is needed",
    "404": "There is no such thing",
    "405": "The path is asked in other ways; `Allow` names them",
    "408": "The body takes too long to come",
    "409": "It can't be done with this one",
    "413": "The body is too large",
    "415": "The body is no JSON",
    "421": "The name asked for is not the monitor's",
    "500": "A mistake of the monitor's own; its log says more",
    "503": "The store is away, or too many clients follow",
}


class Described(Protocol):
    """What a route must say of itself."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def answers(self) -> type[BaseModel] | None: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...
    @property
    def takes(self) -> type[BaseModel] | None: ...


def document(routes: Iterable[Described], base: str) -> dict[str, Any]:
    """The whole description; plain JSON values."""
    routes = list(routes)
    models: set[type[BaseModel]] = {Problem, *(one for route in routes for one in (route.answers, route.takes) if one)}
    asked = {route.takes for route in routes}
    ordered = sorted(models, key=lambda model: model.__name__)
    inputs = [(model, "validation" if model in asked else "serialization") for model in ordered]
    _, schemas = models_json_schema(inputs, ref_template=REFS)  # type: ignore[arg-type]
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(base + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Claim monitor",
            "version": __version__,
            "description": "What is claimed, what was told of it, and where it was delivered.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}, {}],
    }


def _operation(route: Described) -> dict[str, Any]:
    good: dict[str, Any] = {"text/event-stream": {"schema": {"type": "string"}}}
    if route.answers is not None:
        good = {"application/json": {"schema": _ref(route.answers)}}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": "_".join([route.method.lower(), *(part.strip("{}") for part in route.path.split("/") if part)]),
        "parameters": [_parameter(one) for one in route.parameters],
        "responses": {"200": {"description": "Done", "content": good}}
        | {
            status: {"description": words, "content": {"application/problem+json": {"schema": _ref(Problem)}}}
            for status, words in PROBLEMS.items()
        },
    }
    if route.takes is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": _ref(route.takes)}}}
    return operation


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = {"type": "array", "items": dict(one.schema)} if one.many else dict(one.schema)
    return {
        "name": one.name,
        "in": one.where,
        "required": one.where == "path",
        "description": one.description,
        "schema": schema,
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}
