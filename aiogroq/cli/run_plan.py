"""The plan that ``aiogroq run --dry-run`` shows."""

from __future__ import annotations

from aiogroq.errors import GroqError
from aiogroq.jobs.durations import duration
from aiogroq.jobs.plan import BATCH_S, Plan, make_plan, measure
from aiogroq.jobs.prices import PRICES_AS_OF
from aiogroq.limits.tiers import TIERS

from .run_options import in_words_of_options
from .run_settings import SAME_PROMPT, RunSettings
from .text import one_line, write


def plan_of(settings: RunSettings) -> Plan:
    """Return the plan of a run. Reads its input to the end."""
    return make_plan(
        settings.source,
        settings.requests,
        limits=settings.pacing.limits_of(settings.requests.model or ""),
        prices=settings.prices,
        measured=None if settings.journal is None else measure(settings.journal),
        limit=settings.options["limit"],
    )


def show_plan(settings: RunSettings) -> None:
    """Write the plan to standard output."""
    plan = plan_of(settings)
    requests = settings.requests
    target = "" if settings.output is None else f" -> {settings.output}"
    write(f"{settings.source.name}{target}   {requests.model}   nothing is sent (--dry-run)")
    lines = [
        ("rows", _rows(plan)),
        ("prompt", _prompt(plan)),
        ("first", _first(settings)),
        ("response", _response(plan) if requests.endpoint == "chat" else ""),
        ("audio", f"about {duration(plan.audio_s)}" if plan.audio_s else ""),
        ("cost", _cost(plan, settings)),
        *_times(plan, settings),
        ("batch", _batch(plan)),
    ]
    if plan.too_large:
        lines.insert(
            1, ("too large", f"{_count(plan.too_large)} larger than a limit: the service would reject them")
        )
    if settings.is_same_prompt:
        lines.insert(1, ("note", SAME_PROMPT))
    if plan.problem is not None:
        text = f"{_count(plan.unsendable)} cannot be sent: {in_words_of_options(plan.problem)}"
        lines.insert(1, ("not sent", text))
    width = max(len(label) for label, text in lines if text)
    for label, text in lines:
        if text:
            write(f" {label:<{width}}  {text}")


def _rows(plan: Plan) -> str:
    done = "" if plan.measured is None else f", of which {plan.left:,} have no response yet"
    return f"{plan.items:,}{done}"


def _prompt(plan: Plan) -> str:
    if not plan.prompt_tokens or plan.audio_s:
        return ""
    return f"{plan.prompt_p50:,} tokens (p50), {plan.prompt_p95:,} (p95), {_short(plan.prompt_tokens)} in all, estimated"


def _first(settings: RunSettings) -> str:
    """Return the prompt of the first row that can be sent, as it is filled in; empty without a template."""
    if settings.requests.prompt is None:
        return ""
    for index, item in enumerate(settings.source):
        try:
            body = settings.requests.request(index, item).body
        except GroqError:
            continue
        text = body["messages"][-1]["content"] if "messages" in body else body.get("input")
        return one_line(str(text), 100)
    return ""


def _response(plan: Plan) -> str:
    return f"{_short(plan.completion_tokens)} tokens in all ({plan.completion_source})" if plan.items else ""


def _cost(plan: Plan, settings: RunSettings) -> str:
    if plan.cost_usd is None:
        return "not known: give the price of the model with --price 0.15/0.60"
    source = "" if settings.prices else f" (prices of {PRICES_AS_OF})"
    rest = "" if plan.left == plan.items else f" for the {plan.left:,} rows"
    return f"{_dollars(plan.cost_usd)}{rest}{source}"


def _times(plan: Plan, settings: RunSettings) -> list[tuple[str, str]]:
    """Return the time at the limits that are given, or else at those of each tier that knows the model."""
    model = settings.requests.model or ""
    given = settings.pacing.limits_of(model)
    if given is not None:
        return [("time", _time(*plan.live_s(given)))]
    tiers = [(name, limits[model]) for name, limits in TIERS.items() if model in limits]
    if not tiers:
        return [
            ("time", "not known: give the limits with --limits rpm=30,tpm=6K (aiogroq limits shows them)")
        ]
    return [("time", f"{_time(*plan.live_s(limits))} (tier {name})") for name, limits in tiers]


def _time(seconds: float, kind: str | None) -> str:
    return (
        "within full limits: as fast as responses come"
        if kind is None
        else f"{duration(seconds)}, bound by {kind}"
    )


def _batch(plan: Plan) -> str:
    if plan.batch_problem is not None:
        return f"not possible: {in_words_of_options(plan.batch_problem)}"
    cost = "" if plan.batch_cost_usd is None else f"{_dollars(plan.batch_cost_usd)}, "
    return f"{cost}within {BATCH_S // 3_600} hours (--via batch)"


def _count(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 0.1 else f"${amount:.2g}"


def _short(number: int) -> str:
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
        if number >= size:
            return f"{number / (1e3 if suffix == 'K' else size):.3g} {suffix}"
    return f"{number:,}"
