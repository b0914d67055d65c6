"""Mutations of recorded bodies, as after unannounced changes of the service."""

from __future__ import annotations

import json
import random
from typing import Any

_SCALARS: list[Any] = [
    None, True, False, 0, -1, 15, 2**63, -(2**70), 0.0, 0.1, 1e300, "", "15", "0.5", "true", "brand_new_value", "half a horse \ud83d",
    "žluťoučký 🐎", "\x00",
]  # fmt: skip


def _deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


def _other_kind(rng: random.Random, value: Any) -> Any:
    """Return the value as another type, such as a number as text or the reverse."""
    if isinstance(value, bool) or value is None:
        return rng.choice(_SCALARS)
    if isinstance(value, (int, float)):
        return rng.choice([str(value), float(value), [value], {"value": value}])
    if isinstance(value, str):
        return rng.choice([len(value), [value], {"text": value}, value[::-1]])
    if isinstance(value, list):
        return rng.choice([dict(enumerate(value)), value[0] if value else None, "list"])
    return rng.choice([[value], list(value.values()), "object"])


def _change(rng: random.Random, holder: Any, key: Any, deepest: int) -> None:
    """Change the value of one key."""
    value = holder[key]
    kind = rng.randrange(9)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[f"{key}_v2"] = holder.pop(key)
    elif kind == 2:
        holder[key] = None
    elif kind in (3, 4):
        holder[key] = _other_kind(rng, value)
    elif kind == 5:
        holder[key] = rng.choice(_SCALARS)
    elif kind == 6:
        holder[key] = _deep(rng.randint(1, deepest))
    elif isinstance(holder, dict):
        name = rng.choice(
            ["brand_new", "x_meta", "keys", "model_extra", "__class__", "_body", "class", "ünï", ""]
        )
        holder[name] = rng.choice([rng.choice(_SCALARS), {"nested": [{"deep": 1}]}, [1, None], value])
    else:
        holder.insert(key, rng.choice(_SCALARS))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return all positions in a body, as pairs of container and key."""
    keys: Any = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    here = [(value, key) for key in keys]
    return [*here, *(place for holder, key in here for place in _places(holder[key]))]


def mutated(body: dict[str, Any], seed: int, deepest: int = 150) -> bytes:
    """Return ``body`` as bytes with one to five mutations, the same for the same seed."""
    rng = random.Random(seed)
    body = json.loads(json.dumps(body))
    for _ in range(rng.randint(1, 5)):
        places = _places(body)
        if places:
            _change(rng, *rng.choice(places), deepest)
    text = json.dumps(body, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.15:
        text = text.replace("{", '{"id":"first","brand_new":1,"brand_new":2,', rng.randint(1, 3)).replace(
            ",}", "}"
        )
    # Half a character cannot be written but as an escape.
    return text.replace("\ud83d", "\\ud83d").encode()
