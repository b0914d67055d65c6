"""The operations on models."""

from __future__ import annotations

from .catalog import MODELS, check_model, describe
from .context import Call, Context
from .reply import Reply, json_reply


def list_models(context: Context, call: Call) -> Reply:
    """`GET /models`."""
    return json_reply({"object": "list", "data": list(MODELS.values())})


def retrieve(context: Context, call: Call) -> Reply:
    """`GET /models/{model}`; every id exists unless the server is strict."""
    check_model(call.target, strict=context.settings.strict)
    return json_reply(describe(call.target))


def delete(context: Context, call: Call) -> Reply:
    """`DELETE /models/{model}`; nothing is really deleted, since there are no fine-tuned models here."""
    check_model(call.target, strict=context.settings.strict)
    return json_reply({"id": call.target, "object": "model", "deleted": True})
