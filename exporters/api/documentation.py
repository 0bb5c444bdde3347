"""The OpenAPI document, and the page for people that is made of it: no script, nothing from
elsewhere.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources as files
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, Template

from exporters.api.models import Problem
from exporters.api.problems import MEDIA_TYPE

PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has it: its If-None-Match names this answer's ETag."},
    404: {"model": Problem, "description": "There is no such vendor, component or day."},
    405: {"model": Problem, "description": "The API only reads: GET and HEAD."},
    422: {"model": Problem, "description": "A parameter is wrong; the answer says which, and why."},
    503: {"model": Problem, "description": "The database cannot be read now."},
}
"""What else each resource may answer."""

_FIRST_PROBLEM = 400


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document. Problems stand in it with their own media type."""
    if app.openapi_schema is None:
        schema = app.openapi()
        for item in schema["paths"].values():
            for operation in item.values():
                _name_media_types(operation)
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
    return app.openapi_schema or {}


def _name_media_types(operation: Mapping[str, Any]) -> None:
    for status, response in operation["responses"].items():
        content = response.get("content")
        if content and int(status) >= _FIRST_PROBLEM:
            response["content"] = {MEDIA_TYPE: next(iter(content.values()))}


def resources(schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what can be asked for, each with its summary."""
    return [
        {"path": path, "summary": item["get"]["summary"]} for path, item in schema["paths"].items()
    ]


def page(schema: Mapping[str, Any]) -> str:
    """Return the page for people."""
    return _template().render(
        title=schema["info"]["title"],
        version=schema["info"]["version"],
        summary=schema["info"]["summary"],
        resources=list(_resources(schema)),
        ways=list(_ways(schema)),
        schemas=list(_schemas(schema)),
    )


def _resources(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in schema["paths"].items():
        operation = item["get"]
        yield {
            "path": path,
            "summary": operation["summary"],
            "description": operation.get("description", ""),
            "parameters": [
                {
                    "name": each["name"],
                    "in": each["in"],
                    "required": each.get("required", False),
                    "type": _type(each["schema"]),
                    "description": each.get("description", each["schema"].get("description", "")),
                }
                for each in operation.get("parameters", ())
            ],
            "answer": _type(operation["responses"]["200"]["content"]["application/json"]["schema"]),
            "problems": [
                (status, response["description"])
                for status, response in operation["responses"].items()
                if status != "200"
            ],
        }


def _ways(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield by what a request may show who asks, in words; none where everybody may."""
    objects = schema["components"].get("securitySchemes", {})
    for way in schema.get("security", ()):
        yield "; and ".join(objects[name]["description"].rstrip(".") for name in way)


def _schemas(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, model in sorted(schema["components"]["schemas"].items()):
        yield {
            "name": name,
            "description": model.get("description", ""),
            "keys": [
                {"name": key, "type": _type(each), "description": each.get("description", "")}
                for key, each in model.get("properties", {}).items()
            ],
        }


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(map(_type, schema[key]))
    kind = str(schema.get("format") or schema.get("type", "any"))
    if kind == "array" and "items" in schema:
        return f"list of {_type(schema['items'])}"
    return kind


@cache
def _template() -> Template:
    source = files.files("exporters").joinpath("api/docs.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
