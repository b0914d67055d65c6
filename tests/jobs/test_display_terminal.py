"""The live panel in a pseudo-terminal: it is drawn in its place, what is printed stays, Ctrl-C leaves the terminal in order."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from display_snapshots import AT_80
from display_values import USUAL

from aiogroq.jobs.display import make_display
from aiogroq.local import LocalGroq

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from terminal import screen, terminal

HERE = Path(__file__).parent
PANEL = AT_80["usual"].splitlines()

START = """
import logging, sys, time
from dataclasses import replace
from display_values import USUAL
from aiogroq.jobs.display import make_display
from aiogroq.local import LocalGroq
log = logging.StreamHandler()
logging.getLogger("program").addHandler(log)
now_s = 0.0
display = make_display("auto", clock=lambda: now_s)
def show(done):
    global now_s
    now_s += 1.0
    display.update(replace(USUAL, done=done))
"""

# Each starts a process at a pseudo-terminal.
pytestmark = pytest.mark.slow

DRAWN = "import os; os.write(2, b'\\x1b[0;0m')"
"""Says that the panel is drawn, by a sequence that changes nothing."""
WAIT = "while True: time.sleep(0.05)"
"""A signal that comes just before the system call of a sleep is seen after it only: so sleeps are short."""


def test_the_panel_is_drawn_in_its_place() -> None:
    code = f"{START}\nfor done in (0, 10_000, 30_508): show(done)\ndisplay.close()\nprint('after')"
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
        lines, is_cursor_shown = screen(pty.output)
    assert lines == [*PANEL, "after", ""]
    assert "\x1b[?25l" in pty.output
    assert is_cursor_shown


def test_what_is_printed_or_logged_appears_whole_above_the_panel() -> None:
    code = f"""{START}
show(1)
print("printed")
show(2)
logging.getLogger("program").error("logged")
print("two", "parts", end=" ")
show(3)
print("of one line")
print("[bold]no markup[/] :smile: \\x1b[32mgreen\\x1b[0m")
sys.stderr.write("a line of 100 columns " + "x" * 78 + "\\n")
print("10 %\\r20 %\\r30 %")
print("without a line break", end="", flush=True)
show(30_508)
display.close()
print("after")
logging.getLogger("program").error("logged after")
"""
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
        lines, _ = screen(pty.output)
    assert lines == [
        "printed",
        "logged",
        "two parts of one line",
        "[bold]no markup[/] :smile: green",
        "a line of 100 columns " + "x" * 78,
        "30 %",
        "without a line break",
        *PANEL,
        "after",
        "logged after",
        "",
    ]


def test_standard_output_that_is_a_pipe_is_left_alone() -> None:
    code = f"""{START}
import os, tempfile
with tempfile.TemporaryFile("w+") as file:
    terminal, sys.stdout = sys.stdout, file
    show(1)
    print("a result")
    show(30_508)
    display.close()
    sys.stdout = terminal
    file.seek(0)
    print("in the file:", file.read().splitlines())
"""
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
        lines, _ = screen(pty.output)
    assert lines == [*PANEL, "in the file: ['a result']", ""]


@pytest.mark.parametrize("is_closed", [True, False])
def test_ctrl_c_leaves_the_last_state_and_a_cursor(is_closed: bool) -> None:
    close = "display.close()" if is_closed else "pass"
    code = f"{START}\ntry:\n    show(30_508)\n    {DRAWN}\n    {WAIT}\nfinally:\n    {close}\n"
    with terminal(code, HERE) as pty:
        pty.read_until("\x1b[0;0m")
        pty.press_ctrl_c()
        assert pty.read_all() != 0
        lines, is_cursor_shown = screen(pty.output)
    # Where nobody closes it, the traceback is printed above the panel.
    first = lines.index(PANEL[0])
    assert lines[first : first + len(PANEL)] == PANEL
    assert "KeyboardInterrupt" in lines
    assert is_cursor_shown


JOB = """
from aiogroq import Groq, jobs
with Groq(api_key="gsk_x", base_url={url!r}) as groq:
    items = (f"Say {{n}}" for n in range(100_000))
    # Ctrl-C may come while this program has the turn: whoever stops iterating closes the job.
    with jobs.run(
        groq, items, model="openai/gpt-oss-20b", progress=True, journal={journal!r}, name="says"
    ) as job:
        for result in job:
            if result.index % 100 == 0:
                print("result", result.index)
"""


@pytest.mark.slow
def test_ctrl_c_in_a_job_leaves_its_panel_its_report_and_a_cursor(server: LocalGroq, tmp_path: Path) -> None:
    journal = tmp_path / "says.journal"
    with terminal(JOB.format(url=server.base_url, journal=str(journal)), HERE, rows=100) as pty:
        pty.read_until("result 300")
        pty.press_ctrl_c()
        assert pty.read_all() != 0
        lines, is_cursor_shown = screen(pty.output)
    title = next(number for number, line in enumerate(lines) if line.startswith("says   openai/gpt-oss-20b"))
    assert [line for line in lines[:title] if line] == [f"result {100 * n}" for n in range(title)]
    assert lines[lines.index("says: interrupted") + 1].startswith(" items     ")
    assert f" journal   {journal}" in lines
    assert "KeyboardInterrupt" in lines
    assert is_cursor_shown
    assert (tmp_path / "says.history.jsonl").read_text(encoding="utf-8").count("\n") >= 2


def test_the_panel_fits_the_terminal() -> None:
    code = f"{START}\nfor done in (0, 30_508): show(done)\ndisplay.close()"
    with terminal(code, HERE, columns=43) as pty:
        assert pty.read_all() == 0
        lines, _ = screen(pty.output)
    assert lines[0].endswith("00:07:12")
    assert max(map(len, lines)) == 43


def test_a_second_job_has_lines_above_the_panel_of_the_first() -> None:
    code = f"""{START}
other = make_display("auto", clock=lambda: now_s)
show(1)
other.update(replace(USUAL, name="other", limits=()))
show(2)
other.close()
third = make_display("auto", clock=lambda: now_s)
show(30_508)
display.close()
third.update(USUAL)
third.close()
"""
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
        lines, is_cursor_shown = screen(pty.output)
    assert [line[:30] for line in lines[:-1] if line.startswith("other")] == [
        "other: 00:07:12   61 %  30,512"
    ] * 2
    assert lines[-2 * len(PANEL) - 1 :] == [*PANEL, *PANEL, ""]
    assert is_cursor_shown


def test_a_terminal_without_rich_gets_lines() -> None:
    code = f"import sys; sys.modules['rich'] = None\n{START}\nshow(1)\ndisplay.close()"
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
    assert "\x1b" not in pty.output
    assert pty.output.startswith("classify.csv -> labels.csv: 00:07:12")


def test_a_terminal_that_cannot_move_its_cursor_gets_lines() -> None:
    code = f"import os; os.environ['TERM'] = 'dumb'\n{START}\nshow(1)\ndisplay.close()"
    with terminal(code, HERE) as pty:
        assert pty.read_all() == 0
    assert "\x1b" not in pty.output
    assert pty.output.startswith("classify.csv -> labels.csv: 00:07:12")


def test_the_panel_is_drawn_five_times_a_second_at_most(tmp_path: Path) -> None:
    now_s = 0.0
    path = tmp_path / "terminal"
    with path.open("w+", encoding="utf-8") as file:
        display = make_display("panel", file, clock=lambda: now_s)
        for tick in range(1_000):
            now_s = tick / 100
            display.update(replace(USUAL, done=tick))
        display.close()
    assert path.read_text(encoding="utf-8").count("classify.csv") in range(50, 53)


def test_a_panel_that_could_not_be_drawn_leaves_the_terminal_to_the_next(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    gone = make_display("panel", Gone())
    gone.update(USUAL)
    gone.close()
    with (tmp_path / "terminal").open("w+", encoding="utf-8") as file:
        with make_display("panel", file) as display:
            display.update(USUAL)
        file.seek(0)
        assert "\x1b[?25l" in file.read()


def test_what_ctrl_c_interrupts_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(io.StringIO):
        """A terminal at which Ctrl-C is pressed while a text is written."""

        text = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            super().write(text)
            if self.text and self.text in text:
                self.text = ""
                raise KeyboardInterrupt
            return len(text)

    file = Interrupted()
    monkeypatch.setattr(sys, "stdout", file)
    with make_display("panel", file) as display:
        display.update(USUAL)
        file.text = "interrupted"
        with pytest.raises(KeyboardInterrupt):
            print("interrupted")
        print("after")
    assert file.getvalue().count("interrupted\n") == 1
    assert file.getvalue().count("after\n") == 1
