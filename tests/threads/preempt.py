"""Runs a case of several real threads again and again, and steps in at another bytecode instruction each time.

What happens at that step, in one thread of the case, is one of these:

- `HOLD`: the thread waits until no other thread can run, as if the system scheduled the others.
- `INTERRUPT`: KeyboardInterrupt is raised there, as by Ctrl-C.
- a function of the case: it is called there, as a signal handler or a finalizer is.

The code under test runs as it is; the interpreter's own trace function counts its instructions, in the chosen files.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Final

HOLD: Final = "hold"
INTERRUPT: Final = "interrupt"
_LIMIT_S = 30.0
_POLL_S = 0.9
"""Waits look at intervals of a second whether their thread is alive: a case that lasts so long has lost a wake-up, if it
does so every time."""
_LOOK_S = 0.0003
_LOOKS = 24
"""So often a thread must be seen in the same place until it counts as one that cannot go on."""
_WAITS = (
    "_inbox.get(timeout=",
    ".acquire(",
    "run_forever()",
    "_selector.poll(",
    "jobs.get()",
    "waiter.acquire",
)


@dataclass
class Case:
    """What runs at the same time, and what must be true afterwards."""

    threads: dict[str, Callable[[], object]]
    check: Callable[[dict[str, Any]], object] = lambda results: None
    """Is given what each thread returned, or the exception that it raised; raises `AssertionError`."""
    act: Callable[[], object] | None = None
    after: Callable[[], object] = lambda: None


@dataclass
class Exploration:
    """A way to make cases, all alike, and the steps at which to step in."""

    make: Callable[[], Case]
    victims: Sequence[str]
    """The names of the threads that are stepped into, in turn."""
    files: tuple[str, ...]
    """The ends of the names of the files whose instructions are steps."""
    how: str = HOLD
    skip: frozenset[CodeType] = frozenset()
    """Functions whose instructions are no steps."""
    by_line: bool = False
    """Whether lines are the steps, rather than instructions."""


@dataclass
class _Step:
    """A step of a thread, and the place where it was met."""

    victim: str
    number: int
    count: int = 0
    place: str = ""
    thread: int = 0
    go: threading.Lock = field(default_factory=threading.Lock)


class _Execution:
    def __init__(self, exploration: Exploration, case: Case, steps: list[_Step]) -> None:
        self._exploration = exploration
        self._case = case
        self._steps = steps
        self._held: list[_Step] = []
        self._results: dict[str, Any] = {}
        self._is_over = False

    # ------------------------------------------------------------------ in the threads of the case

    def trace(self, frame: FrameType, event: str, arg: object) -> Any:
        """The trace function of each thread."""
        code = frame.f_code
        name = threading.current_thread().name
        steps = [step for step in self._steps if step.victim == name and not step.place]
        if (
            not steps
            or self._is_over
            or code in self._exploration.skip
            or not code.co_filename.endswith(self._exploration.files)
        ):
            return None
        by_line = self._exploration.by_line
        frame.f_trace_opcodes = not by_line
        frame.f_trace_lines = by_line
        counted = "line" if by_line else "opcode"

        def local(frame: FrameType, event: str, arg: object) -> Any:
            if event == counted:
                for step in steps:
                    step.count += 1
                    if step.count == step.number and not self._is_over:
                        step.place = f"{os.path.basename(code.co_filename)}:{frame.f_lineno} {code.co_name}+{frame.f_lasti}"
                        self._step_in(step)
            return local

        return local

    def _step_in(self, step: _Step) -> None:
        if self._exploration.how == HOLD:
            step.go.acquire()
            step.thread = threading.get_ident()
            self._held.append(step)
            while not self._is_over and not step.go.acquire(timeout=0.05):
                pass
        elif self._exploration.how == INTERRUPT:
            raise KeyboardInterrupt
        else:
            assert self._case.act is not None
            self._case.act()

    def _run_thread(self, name: str, function: Callable[[], object]) -> None:
        sys.settrace(_dispatch)
        try:
            result = function()
        except BaseException as error:
            sys.settrace(None)
            self._results[name] = error
        else:
            sys.settrace(None)
            self._results[name] = result

    # ------------------------------------------------------------------------------ in the main thread

    def run(self) -> float:
        """Run the case to its end and return the seconds that it took. Raises `AssertionError` if a check fails."""
        threads = [
            threading.Thread(target=self._run_thread, args=item, name=item[0], daemon=True)
            for item in self._case.threads.items()
        ]
        began_at = time.monotonic()
        for thread in threads:
            thread.start()
        looks: dict[tuple[int, int, int], int] = {}
        while any(thread.is_alive() for thread in threads):
            if time.monotonic() - began_at > _LIMIT_S:
                raise AssertionError("it hangs:\n" + _stacks())
            time.sleep(_LOOK_S)
            if self._held:
                looks = self._look(looks)
                if all(count >= _LOOKS for count in looks.values()):
                    if not self._can_any_run():
                        self._held.pop(0).go.release()
                    looks = {}
        took_s = time.monotonic() - began_at
        # From now on no thread is held: one still may be, such as the portal's thread, for which nobody waited.
        self._is_over = True
        self._case.check(self._results)
        return took_s

    def _look(self, before: dict[tuple[int, int, int], int]) -> dict[tuple[int, int, int], int]:
        """Where each thread is that is not held, and how often it was seen there: a wait that is known counts for more."""
        held = {step.thread for step in self._held}
        looks: dict[tuple[int, int, int], int] = {}
        for ident, frame in sys._current_frames().items():
            if ident != _MAIN and ident not in held:
                place = ident, id(frame), frame.f_lasti
                line = linecache.getline(frame.f_code.co_filename, frame.f_lineno or 0)
                is_known = any(wait in line for wait in _WAITS)
                looks[place] = before.get(place, 0) + (_LOOKS // 2 if is_known else 1)
        return looks

    def _can_any_run(self) -> bool:
        """Whether a thread that is not held was woken where it waited, and only has no processor yet."""
        others = {_MAIN, *(step.thread for step in self._held)}
        return any(_is_runnable(thread) for thread in threading.enumerate() if thread.ident not in others)


def _is_runnable(thread: threading.Thread) -> bool:
    """Whether the system would run a thread now. False where the system does not say."""
    try:
        with open(f"/proc/self/task/{thread.native_id}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"R"
    except OSError:
        return False


_MAIN = threading.get_ident()


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"--- {names.get(ident, ident)}\n" + "".join(traceback.format_stack(frame)[-6:])
        for ident, frame in sys._current_frames().items()
        if ident != _MAIN
    )


_current: _Execution | None = None


def _dispatch(frame: FrameType, event: str, arg: object) -> Any:
    """The trace function of threads that outlive an execution, such as the portal's."""
    return _current.trace(frame, event, arg) if _current is not None else None


@contextmanager
def tracing() -> Iterator[None]:
    """Threads that start within are traced."""
    threading.settrace(_dispatch)
    try:
        yield
    finally:
        threading.settrace(None)  # type: ignore[arg-type]


def execute(exploration: Exploration, *steps: tuple[str, int]) -> list[str]:
    """Run a case once, with a step for each of these, and return the places that were reached. Raises `AssertionError`."""
    global _current
    for _ in range(3):
        case = exploration.make()
        points = [_Step(victim, number) for victim, number in steps]
        _current = execution = _Execution(exploration, case, points)
        try:
            took_s = execution.run()
        except AssertionError as error:
            where = ", ".join(f"{point.victim} at {point.place}" for point in points if point.place)
            raise AssertionError(f"step {[*steps]}, {where}: {error}") from error
        finally:
            _current = None
            case.after()
        places = [point.place for point in points if point.place]
        if took_s < _POLL_S:
            return places
    raise AssertionError(f"step {[*steps]}, {places}: a wake-up was lost, it went on after {took_s:.1f} s")


def explore(exploration: Exploration) -> int:
    """Step in at every step of every victim, one in an execution. Gives their number."""
    number = 0
    for victim in exploration.victims:
        step = 0
        while execute(exploration, (victim, step := step + 1)):
            number += 1
    return number


def explore_pairs(exploration: Exploration) -> int:
    """Step in at two steps in each execution: every pair of steps of two different victims. Gives their number."""
    number = 0
    first, second = exploration.victims[:2]
    step = 0
    while execute(exploration, (first, step := step + 1)):
        other = 0
        while len(execute(exploration, (first, step), (second, other := other + 1))) == 2:
            number += 1
    return number
