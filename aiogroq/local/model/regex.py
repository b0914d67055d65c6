"""Matches the regular expressions of JSON schemas, and makes texts that match them, in bounded time.

`re` is not used for them: it backtracks while it holds the interpreter's lock, so that a pattern of 160 characters stops the
whole process for good. Here a pattern becomes a nondeterministic automaton whose states are followed all at once (Thompson's
construction), which takes at most as many steps as the automaton has states, times the characters of the text.

Known: literals, classes, groups, alternatives, quantifiers, `^ $ \\b \\B`, lookahead. Anything else, such as a backreference
or a lookbehind, raises `PatternError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from .regex_parser import Chars, Edge, Look, Node, PatternError, Repeat, Sequence, parse
from .work_limit import Effort

__all__ = ["PatternError", "example_of", "holds"]

_MAX_STATES = 3000
_MAX_EXAMPLE = 200


def example_of(pattern: str) -> str:
    """A text for *pattern*; not sure to match (lookaheads are passed over), so check it. Raises `PatternError`."""
    return _example(parse(pattern), _MAX_EXAMPLE)


def holds(pattern: str, text: str, effort: Effort) -> bool:
    """Whether *pattern* matches anywhere in *text*. Raises `PatternError`, or `ApiError` 400 where *effort* ends."""
    return _run(_compiled(pattern), text, 0, effort, anywhere=True)


def _example(node: Node, room: int) -> str:
    """The shortest simple text for *node*, at most *room* characters."""
    if isinstance(node, Chars):
        return node.example if room > 0 else ""
    if isinstance(node, Repeat):
        made = ""
        for _ in range(min(node.low, room)):
            made += _example(node.inner, room - len(made))
        return made
    if isinstance(node, Sequence):
        made = ""
        for inner in node.parts:
            made += _example(inner, room - len(made))
        return made
    return _example(node.options[0], room) if not isinstance(node, Edge | Look) else ""


@dataclass(slots=True)
class _State:
    """One state: it reads a character that `test` takes, or is left without reading, where `holds` allows it."""

    test: Callable[[str], bool] | None = None
    edge: Edge | None = None
    look: tuple[_Program, bool] | None = None
    """(what has to follow, whether it is wanted or unwanted)."""
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
    """Builds the states of a pattern from its end to its beginning."""

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
        """The state at which *node* begins, if *then* is the one after it."""
        if isinstance(node, Chars):
            return self._state(states, _State(test=node.test, next=(then,)))
        if isinstance(node, Edge):
            return self._state(states, _State(edge=node, next=(then,)))
        if isinstance(node, Look):
            return self._state(states, _State(look=(self.program(node.inner), node.wanted), next=(then,)))
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
            self._count_one()  # also where the repeated part is empty and makes no state
            then = self._add(states, node.inner, then)
        return then


def _run(program: _Program, text: str, at: int, effort: Effort, *, anywhere: bool) -> bool:
    """Whether *program* reaches its end from position *at*, or with *anywhere* from a later one."""
    states, current = program.states, {program.start}
    while True:
        current = _closure(program, current, text, at, effort)
        if program.end in current:
            return True
        if at >= len(text) or not (current or anywhere):
            return False
        letter = text[at]
        effort.spend(1 + len(current) // 2)
        current = {s.next[0] for i in current if (s := states[i]).test is not None and s.test(letter)}
        at += 1
        if anywhere:
            current.add(program.start)


def _closure(program: _Program, starts: set[int], text: str, at: int, effort: Effort) -> set[int]:
    """*starts* and every state that is reached from them without reading."""
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
        if state.look is not None and _run(state.look[0], text, at, effort, anywhere=False) != state.look[1]:
            continue
        waiting += state.next
    effort.spend(1 + len(seen) // 2)
    return seen
