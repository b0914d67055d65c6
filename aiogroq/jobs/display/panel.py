"""`PanelDisplay`: the live panel of a job in a terminal, by rich. Imported when a panel is shown.

What is printed meanwhile appears above it: standard output and standard error, where they are terminals, and the logging
handlers that write to them go through `_PrintAbove` until the panel is closed.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import sys
from collections.abc import Callable, Generator, Iterable
from typing import Any, TextIO, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.theme import Theme

from ..progress import Progress
from .lines import LinesDisplay
from .rows import STYLES, panel_rows
from .texts import Charset

INTERVAL_S = 0.2
"""The panel is drawn so often at most."""


_active: list[PanelDisplay] = []
"""The panel that is drawn now, if any. A terminal has room for one: other jobs have lines above it."""


class PanelDisplay:
    """Draws the panel. Nothing is written before the first `update`."""

    def __init__(self, file: TextIO, clock: Callable[[], float], interval_s: float = INTERVAL_S) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._charset = Charset(getattr(file, "encoding", None))
        styles = {f"job.{name}": style for name, style in STYLES.items()}
        self._console = _Console(
            file=file.original if isinstance(file, _PrintAbove) else file,
            force_terminal=True,
            force_jupyter=False,
            markup=False,
            emoji=False,
            highlight=False,
            theme=Theme(styles),
        )
        self._live: Live | None = None
        self._lines: LinesDisplay | None = None
        self._redirection = contextlib.ExitStack()
        self._next_s = float("-inf")
        self._latest: Progress | None = None
        self._is_closed = False

    def update(self, progress: Progress) -> None:
        """Draw the panel if it is time to."""
        self._latest = progress
        now_s = self._clock()
        if now_s < self._next_s or self._is_closed:
            return
        self._next_s = now_s + self._interval_s
        if self._live is None and self._lines is None and _active:
            self._lines = LinesDisplay(sys.stderr, self._clock)
        if self._lines is not None:
            self._lines.update(progress)
            return
        try:
            with self._console.written_once():
                if self._live is None:
                    self._start(progress)
                else:
                    self._live.update(self._drawn(progress), refresh=True)
        except (OSError, ValueError):  # the terminal is gone: the job goes on
            with contextlib.suppress(OSError, ValueError):
                self._stop()

    def close(self, report: str = "") -> None:
        """Draw the last state, restore the terminal, and print the report."""
        if self._is_closed:
            return
        if self._lines is not None:
            self._is_closed = True
            self._lines.close(report)
            return
        with contextlib.suppress(OSError, ValueError):
            if self._latest is not None and self._live is not None:
                self._live.update(self._drawn(self._latest))
            self._stop()
            if report:
                self._console.out(self._charset.encodable(report), highlight=False, end="")

    def _drawn(self, progress: Progress) -> Text:
        text = Text(no_wrap=True, overflow="crop", end="")
        for number, row in enumerate(panel_rows(progress, self._console.width, self._charset)):
            if number:
                text.append("\n")
            for part, style in row:
                text.append(part, f"job.{style}" if style else None)
        return text

    def _start(self, progress: Progress) -> None:
        _active.append(self)
        self._live = Live(
            self._drawn(progress),
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        atexit.register(self._stop)  # whoever does not close it has a cursor nevertheless
        self._live.start()
        self._redirection.enter_context(_printed_above(self._console))
        self._live.refresh()

    def _stop(self) -> None:
        self._is_closed = True
        if self in _active:
            _active.remove(self)
        try:
            self._redirection.close()
        finally:
            if self._live is not None:
                self._live.stop()
            atexit.unregister(self._stop)


class _Console(Console):
    """A console that raises `BrokenPipeError` where rich would end the process."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError("the terminal is gone")

    @contextlib.contextmanager
    def written_once(self) -> Generator[None, None, None]:
        """Drop what is still to be written when an exception comes, such as `KeyboardInterrupt`. rich would write it again,
        with what is printed next."""
        try:
            yield
        except BaseException:
            self.begin_capture()
            self.end_capture()
            raise


class _PrintAbove:
    """A stream that prints complete lines above the panel. Everything but writing is that of the original stream."""

    def __init__(self, console: _Console, stream: TextIO) -> None:
        self._console = console
        self.original: TextIO = stream
        self._rest = ""

    def write(self, text: str) -> int:
        """Print the lines that are complete. What follows the last line break waits for its own."""
        lines, line_break, rest = (self._rest + text).rpartition("\n")
        # A carriage return starts the line anew, as in bars of progress.
        self._rest = rest.rpartition("\r")[2] if line_break or "\r" in rest[:-1] else rest
        if line_break:
            with self._console.written_once():
                self._console.out(lines, highlight=False)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: lines are printed when they are complete."""

    def finish(self) -> None:
        """Print what has no line break yet."""
        rest, self._rest = self._rest, ""
        if rest:
            self._console.out(rest, highlight=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


@contextlib.contextmanager
def _printed_above(console: _Console) -> Generator[None, None, None]:
    """Print above the panel what goes to the standard streams that are terminals, and to logs on them."""
    replaced: list[tuple[str, TextIO, _PrintAbove]] = []
    handlers: list[tuple[logging.StreamHandler[Any], TextIO, _PrintAbove]] = []
    if console.file.isatty():
        for name in ("stdout", "stderr"):
            stream = cast("TextIO | None", getattr(sys, name))
            if stream is None or not stream.isatty() or isinstance(stream, _PrintAbove):
                continue
            above = _PrintAbove(console, stream)
            replaced.append((name, stream, above))
            handlers += [(handler, stream, above) for handler in _handlers_on(stream)]
            setattr(sys, name, above)
        for handler, _, above in handlers:
            handler.setStream(above)
    try:
        yield
    finally:
        for handler, stream, above in handlers:
            if handler.stream is above:
                handler.setStream(stream)
        for name, stream, above in replaced:
            if getattr(sys, name) is above:
                setattr(sys, name, stream)
            above.finish()


def _handlers_on(stream: TextIO) -> list[logging.StreamHandler[Any]]:
    """Return the logging handlers that write to a stream."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in [*logging.root.manager.loggerDict])]
    found: dict[int, Any] = {id(handler): handler for logger in loggers for handler in logger.handlers}
    return [handler for handler in found.values() if _is_on(handler, stream)]


def _is_on(handler: Any, stream: TextIO) -> bool:
    return isinstance(handler, logging.StreamHandler) and cast("Any", handler).stream is stream
