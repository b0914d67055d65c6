"""Routes a request to its endpoint and turns errors into responses. Works on values, without a socket.

The HTTP handler and the batch runner both call `Router.respond`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..response import ApiError, ApiResponse
from . import batches, files, fine_tunings, models
from .chat_completions import chat_completions
from .context import Context
from .embeddings import embeddings
from .request import ApiRequest
from .reranking import reranking
from .responses import responses
from .speech import speech
from .transcriptions import transcriptions, translations

LOGGER = logging.getLogger("aiogroq.local")
# Without a handler, logging's last-resort handler would print tracebacks of malformed requests to stderr.
LOGGER.addHandler(logging.NullHandler())

Endpoint = Callable[[Context, ApiRequest], ApiResponse | Awaitable[ApiResponse]]

PREFIXES = ("/openai/v1/", "/v1/", "/api/openai/v1/")

_COLLECTIONS: dict[str, dict[str, Endpoint]] = {
    "chat/completions": {"POST": chat_completions},
    "embeddings": {"POST": embeddings},
    "responses": {"POST": responses},
    "audio/speech": {"POST": speech},
    "audio/transcriptions": {"POST": transcriptions},
    "audio/translations": {"POST": translations},
    "models": {"GET": models.list_models},
    "files": {"GET": files.list_files, "POST": files.create},
    "batches": {"GET": batches.list_batches, "POST": batches.create},
    "reranking": {"POST": reranking},
    "fine_tunings": {"GET": fine_tunings.list_fine_tunings, "POST": fine_tunings.create},
}
# (first segment, last segment or "") -> endpoints of one object, whose id stands between the two.
_OBJECTS: dict[tuple[str, str], dict[str, Endpoint]] = {
    ("files", "content"): {"GET": files.content},
    ("files", ""): {"GET": files.retrieve, "DELETE": files.delete},
    ("batches", "cancel"): {"POST": batches.cancel},
    ("batches", ""): {"GET": batches.retrieve},
    ("models", ""): {"GET": models.retrieve, "DELETE": models.delete},
    ("fine_tunings", ""): {"GET": fine_tunings.retrieve, "DELETE": fine_tunings.delete},
}
_OUTSIDE_OPENAI = "fine_tunings"
"""The collection that exists under the prefix `/v1/` only."""
_MAX_ID_CHARS = 256


@dataclass(slots=True)
class Router:
    """The endpoints over one `Context`."""

    context: Context
    _endpoints: dict[tuple[str, str], Endpoint] = field(init=False)

    def __post_init__(self) -> None:
        # All fixed paths under all prefixes, so that the common case is one dict lookup.
        self._endpoints = {
            (method, prefix + path): endpoint
            for prefix in PREFIXES
            for path, endpoints in _COLLECTIONS.items()
            for method, endpoint in endpoints.items()
            if path != _OUTSIDE_OPENAI or prefix == "/v1/"
        }

    async def respond(self, request: ApiRequest) -> ApiResponse:
        """Return the response to a request whose key was checked. Never raises: errors become error responses."""
        try:
            endpoint = self._endpoints.get((request.method, request.path)) or _route(request)
            given = endpoint(self.context, request)
            # Only the endpoints that take replies, which may be async, are async.
            response = given if isinstance(given, ApiResponse) else await given
        except ApiError as error:
            response = error.response()
        except RecursionError:
            response = ApiError(400, "the request is nested too deeply").response()
        except Exception:
            # A bug of this server. The client gets the body that the service sends.
            LOGGER.exception("%s %s failed", request.method, request.path)
            response = ApiError(500, "Internal Server Error", type="internal_server_error").response()
        return response

    def check_key(self, authorization: str) -> None:
        """Raise `ApiError` 401 unless the `Authorization` header carries a valid key."""
        scheme, _, key = authorization.partition(" ")
        expected = self.context.settings.api_key
        if (
            scheme.lower() != "bearer"
            or not key.strip()
            or (expected is not None and key.strip() != expected)
        ):
            raise ApiError(401, "Invalid API Key", "invalid_api_key")


def _route(request: ApiRequest) -> Endpoint:
    """Return the endpoint for a path and set `request.target` to the id in it. Ids of models may contain slashes."""
    rest = next((request.path[len(prefix) :] for prefix in PREFIXES if request.path.startswith(prefix)), None)
    if rest is None or (rest.split("/")[0] == _OUTSIDE_OPENAI and not request.path.startswith("/v1/")):
        raise _unknown_url(request)
    endpoints = _COLLECTIONS.get(rest)
    if endpoints is None:
        kind, _, name = rest.partition("/")
        for last in ("content", "cancel", ""):
            endpoints = _OBJECTS.get((kind, last))
            if endpoints is None or not name or (last and not name.endswith(f"/{last}")):
                endpoints = None
                continue
            request.target = unquote(name.removesuffix(f"/{last}") if last else name)[:_MAX_ID_CHARS]
            if kind == "models" or "/" not in request.target:
                break
            endpoints = None
    if endpoints is None:
        raise _unknown_url(request)
    endpoint = endpoints.get(request.method)
    if endpoint is None:
        raise ApiError(
            405,
            f"Method {request.method} is not allowed for {request.path[:200]}",
            "method_not_allowed",
            headers={"allow": ", ".join(endpoints)},
        )
    return endpoint


def _unknown_url(request: ApiRequest) -> ApiError:
    return ApiError(
        404,
        f"Unknown request URL: {request.method} {request.path[:500]}. "
        "Please check the URL for typos, or see the docs at https://console.groq.com/docs/",
        "unknown_url",
    )
