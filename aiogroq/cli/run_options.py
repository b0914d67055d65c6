"""The values of the options of ``aiogroq run``: texts, durations, shares, arguments."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, cast

import click

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_WORDS = (
    ("Pass fresh=True", "Use --fresh"),
    ("pass fresh=True", "use --fresh"),
    ("fresh=True", "--fresh"),
    ("retry_failed=True", "--retry-failed"),
    ("pass prompt=", "use -p "),
    ("pass model='...'", "use -m MODEL"),
    ("pass journal='...'", "use -o FILE or --journal FILE"),
    ("pass endpoint=", "use --endpoint "),
    ("output_dir='...'", "--audio-dir DIR"),
    ("via='batch'", "--via batch"),
    ("via='live'", "--via live"),
    ("max_cost_usd", "--max-cost"),
    ("max_failures", "--max-failures"),
    ("deadline_s", "--deadline"),
    ("retry_failed", "--retry-failed"),
    ("pass params={'prompt': ...}", "use --set prompt='...'"),
    ("leave stream out of params", "leave out --set stream"),
    ("out of params, or pass items such as", "out of --set, or give IN rows such as"),
    ("of the response with into", "of the response with --into"),
    ("params has", "--set has"),
    ("params=", "--set "),
)
"""How messages of the library name options, and how they are named here."""


def in_words_of_options(message: str) -> str:
    """Return a message of the library with the names of the options of the command."""
    for theirs, ours in _WORDS:
        message = message.replace(theirs, ours)
    return message


def seconds_of(option: str, text: str | None) -> float | None:
    """Return the seconds of a duration such as ``2h``, ``90m`` or ``1h30m``. Raises `click.UsageError`."""
    if text is None:
        return None
    given = text.strip().lower()
    parts: list[tuple[str, str]] = _DURATION.findall(given)
    if not parts or _DURATION.sub("", given).strip():
        raise click.UsageError(f"{option} {text}: no duration; write it as 2h, 90m or 1h30m")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not seconds:
        raise click.UsageError(f"{option} {text}: write a time of more than 0, or leave {option} out")
    return seconds


def text_of(option: str, text: str | None) -> str | None:
    """Return a text, or for ``@FILE`` the content of the file. Raises `click.UsageError`."""
    if text is None or not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).expanduser().read_text(encoding="utf-8-sig").rstrip("\n")
    except OSError as error:
        raise click.UsageError(f"{option} {text}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{option} {text}: not UTF-8") from None


def arguments_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Return the arguments of ``--set name=value``. A value is JSON, or a text. Raises `click.BadParameter`."""
    import msgspec

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"--set {pair}: write it as name=value, such as temperature=0.2")
        try:
            found[name.strip()] = msgspec.json.decode(text)
        except msgspec.DecodeError:
            found[name.strip()] = text
    return found


def schema_of(path: str, model: str | None) -> dict[str, Any]:
    """Return the response format for a file with a JSON Schema. Raises `click.UsageError` if there is none."""
    import msgspec

    file = Path(path).expanduser()
    try:
        schema: Any = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise click.UsageError(f"--schema {path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise click.UsageError(f"--schema {path} is not JSON: {error}") from None
    if not isinstance(schema, dict) or cast("dict[str, Any]", schema).get("type") != "object":
        raise click.UsageError(f'--schema {path} must be a JSON Schema with "type": "object"')
    name = re.sub(r"[^A-Za-z0-9_-]", "_", file.stem)[:64] or "response"
    form: dict[str, Any] = {"name": name, "schema": schema}
    if model in _STRICT_MODELS and _is_strict(schema):
        form["strict"] = True
    return {"type": "json_schema", "json_schema": form}


_STRICT_MODELS = ("openai/gpt-oss-20b", "openai/gpt-oss-120b")
"""The models that follow a schema strictly. https://console.groq.com/docs/structured-outputs"""


def _is_strict(schema: Any) -> bool:
    """Return whether the service takes a schema as a strict one: all properties are required, and no others allowed."""
    if not isinstance(schema, dict):
        return not isinstance(schema, list) or all(map(_is_strict, cast("Any", schema)))
    fields = cast("dict[str, Any]", schema)
    properties: Any = fields.get("properties")
    if isinstance(properties, dict) and (
        fields.get("additionalProperties") is not False
        or set(fields.get("required", ())) != set(cast("dict[str, Any]", properties))
    ):
        return False
    return all(_is_strict(value) for value in fields.values())


def command_line(context: click.Context, leave_out: frozenset[str]) -> str:
    """Return the command as it can be given again, without the options ``leave_out``, and without the key."""
    words = ["aiogroq"]
    contexts = [each for each in (context.parent, context) if each is not None]
    for each in contexts:
        if each is context:
            words.append(each.info_name or "")
        for param in each.command.params:
            name = param.name or ""
            if (
                each.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE
                or name in leave_out
            ):
                continue
            words += _words_of(param, each.params[name], name)
    return " ".join(words)


def _words_of(param: click.Parameter, value: Any, name: str) -> list[str]:
    if isinstance(param, click.Argument):
        return [shlex.quote(str(value))]
    option = max(param.opts, key=len)
    if isinstance(param, click.Option) and param.is_flag:
        return [option]
    if name == "api_key":
        return [option, '"$GROQ_API_KEY"']
    values = value if param.multiple else (value,)
    return [
        word
        for each in values
        for word in (option, shlex.quote(f"{each:g}" if isinstance(each, float) else str(each)))
    ]
