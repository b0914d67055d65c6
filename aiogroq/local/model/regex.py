"""Matches the regular expressions of JSON schemas and generates examples of them, in bounded time.

`re` is unsafe here: it backtracks while it holds the GIL, so that a pattern of 160 characters can block the process
forever. This module simulates a nondeterministic automaton (Thompson's construction): its number of steps is at most the
number of states times the length of the text.

Supported: literals, classes, groups, alternatives, quantifiers, `^ $ \\b \\B`, lookahead. Anything else, such as a
backreference or a lookbehind, raises `PatternError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from .regex_parser import Chars, Edge, Look, Node, PatternError, Repeat, Sequence, parse
from .work_limit import WorkLimit

__all__ = ["PatternError", "example_of", "search"]

_MAX_STATES = 3000
_MAX_EXAMPLE = 200


def example_of(pattern: str) -> str:
    """Return a text for *pattern*. It may not match, because lookaheads are ignored. Raises `PatternError`."""
    return _example(parse(pattern), _MAX_EXAMPLE)


def search(pattern: str, text: str, work: WorkLimit) -> bool:
    """Whether *pattern* matches anywhere in *text*. Raises `PatternError`, or `ApiError` 400 at the work limit."""
    return _run(_compiled(pattern), text, 0, work, anywhere=True)


def _example(node: Node, max_chars: int) -> str:
    """Return a short text for *node*, at most *max_chars* characters."""
    if isinstance(node, Chars):
        return node.example if max_chars > 0 else ""
    if isinstance(node, Repeat):
        made = ""
        for _ in range(min(node.low, max_chars)):
            made += _example(node.inner, max_chars - len(made))
        return made
    if isinstance(node, Sequence):
        made = ""
        for inner in node.parts:
            made += _example(inner, max_chars - len(made))
        return made
    return _example(node.options[0], max_chars) if not isinstance(node, Edge | Look) else ""


@dataclass(slots=True)
class _State:
    """One state. It consumes a character that passes `test`, or none if its edge or lookahead holds."""

    test: Callable[[str], bool] | None = None
    edge: Edge | None = None
    look: tuple[_Program, bool] | None = None
    """(program of the lookahead, whether it is positive)."""
    next: tuple[int, ...] = ()


@dataclass(slots=True)
class _Program:
    states: list[_State]
    start: int
    end: int


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Program:
    return _Builder().program(parse(pattern))


class _Builder:
    """Builds the states of a pattern, from its end to its start."""

    def __init__(self) -> None:
        self._count = 0

    def program(self, node: Node) -> _Program:
        states = [_State()]
        return _Program(states, self._add(states, node, 0), 0)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > _MAX_STATES:
            raise PatternError("the pattern has too many states")

    def _state(self, states: list[_State], state: _State) -> int:
        self._count_one()
        states.append(state)
        return len(states) - 1

    def _add(self, states: list[_State], node: Node, then: int) -> int:
        """Add the states of *node* before the state *then*. Return the first one."""
        if isinstance(node, Chars):
            return self._state(states, _State(test=node.test, next=(then,)))
        if isinstance(node, Edge):
            return self._state(states, _State(edge=node, next=(then,)))
        if isinstance(node, Look):
            return self._state(
                states, _State(look=(self.program(node.inner), node.is_positive), next=(then,))
            )
        if isinstance(node, Sequence):
            for inner in reversed(node.parts):
                then = self._add(states, inner, then)
            return then
        if isinstance(node, Repeat):
            return self._repeat(states, node, then)
        starts = tuple(self._add(states, option, then) for option in node.options)
        return self._state(states, _State(next=starts))

    def _repeat(self, states: list[_State], node: Repeat, then: int) -> int:
        if node.high is None:
            loop = self._state(states, _State())
            states[loop].next = (self._add(states, node.inner, loop), then)
            then = loop
        else:
            after = then
            for _ in range(node.high - node.low):
                then = self._state(states, _State(next=(self._add(states, node.inner, then), after)))
        for _ in range(node.low):
            self._count_one()  # count also a repeated part that is empty and adds no state
            then = self._add(states, node.inner, then)
        return then


def _run(program: _Program, text: str, at: int, work: WorkLimit, *, anywhere: bool) -> bool:
    """Whether *program* matches at position *at*, or with *anywhere* at a later one."""
    states, current = program.states, {program.start}
    while True:
        current = _closure(program, current, text, at, work)
        if program.end in current:
            return True
        if at >= len(text) or not (current or anywhere):
            return False
        letter = text[at]
        work.spend(1 + len(current) // 2)
        current = {s.next[0] for i in current if (s := states[i]).test is not None and s.test(letter)}
        at += 1
        if anywhere:
            current.add(program.start)


def _closure(program: _Program, starts: set[int], text: str, at: int, work: WorkLimit) -> set[int]:
    """Return *starts* and all states that they reach without consuming a character."""
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        index = waiting.pop()
        if index in seen:
            continue
        seen.add(index)
        state = program.states[index]
        if state.test is not None or (state.edge is not None and not state.edge.holds(text, at)):
            continue
        if state.look is not None and _run(state.look[0], text, at, work, anywhere=False) != state.look[1]:
            continue
        waiting += state.next
    work.spend(1 + len(seen) // 2)
    return seen
