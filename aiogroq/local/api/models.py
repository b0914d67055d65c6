"""The endpoints of `/models`."""

from __future__ import annotations

from ..model.catalog import MODELS, check_model, describe
from ..response import ApiError, ApiResponse, json_response
from .context import Context
from .request import ApiRequest


def list_models(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /models`: the catalog."""
    return json_response({"object": "list", "data": list(MODELS.values())})


def retrieve(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /models/{model}`. An unlisted id is a 404 here even when the server is not strict and serves it elsewhere."""
    check_model(request.target, strict=True)
    return json_response(describe(request.target))


def delete(context: Context, request: ApiRequest) -> ApiResponse:
    """`DELETE /models/{model}`: succeeds for any fine-tuned model (`ft:...`); raises `ApiError` 403 for listed models."""
    if not request.target.startswith("ft:"):
        check_model(request.target, strict=True)
        raise ApiError(403, f"The model `{request.target}` is not yours to delete", "forbidden")
    return json_response({"id": request.target, "object": "model", "deleted": True})
