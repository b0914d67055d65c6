"""The display of a job in a notebook: one output that is replaced, from whichever thread, without rich."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from display_snapshots import AT_80
from display_values import ALL, DAY_LIMIT, USUAL
from nbclient import NotebookClient

from aiogroq.jobs.display.notebook import panel_html
from aiogroq.local import LocalGroq

KERNEL = "of-this-test"
VOID = frozenset({"br", "hr"})


class Reader(HTMLParser):
    """Reads the text of HTML, and fails for tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


@pytest.mark.parametrize("name", ALL)
def test_the_view_is_html_that_is_closed_in_order_and_has_no_style_of_its_own(name: str) -> None:
    html = panel_html(ALL[name])
    Reader(html)
    for part in ("<style", "<script", "background:#fff", "color:#000", "color:black", "nan"):
        assert part not in html.lower()


def test_the_view_says_what_the_panel_says() -> None:
    text = Reader(panel_html(DAY_LIMIT)).text
    for part in (
        "61 % · 30,512 / 50,000",
        "4 failed",
        "100,200 of 100,000",
        "a day",
        "learned",
        "$1.84 of $3.02",
    ):
        assert part in text
    assert text.count("← waiting on this") == 1
    assert "continues at 69 tokens a minute, done in 2 d 4 h" in text


def test_names_and_messages_are_escaped() -> None:
    html = panel_html(replace(USUAL, name="<img src=x>", model="<b>", message="a < b & c"))
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html
    assert "a &lt; b &amp; c" in html


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel of this Python, without settings of the user of the machine."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("DISPLAY_VALUES", str(Path(__file__).parent))
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": KERNEL,
        "language": "python",
    }
    folder = tmp_path / "jupyter_data_dir" / "kernels" / KERNEL
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    return KERNEL


async def outputs_of(kernel: str, *cells: str) -> list[list[Any]]:
    """Run cells; gives the outputs of each. Raises `CellExecutionError`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    ran = await NotebookClient(notebook, kernel_name=kernel, timeout=60).async_execute()
    return [cell.outputs for cell in ran.cells]


THREAD = """
import os, sys, threading
sys.path.insert(0, os.environ["DISPLAY_VALUES"])
from dataclasses import replace
from display_values import USUAL
from aiogroq.jobs.display import make_display
now_s = 0.0
display = make_display(clock=lambda: now_s)
def work():
    global now_s
    for done in (0, 10_000, 30_508):
        now_s += 2.0
        display.update(replace(USUAL, done=done))
thread = threading.Thread(target=work)
thread.start()
thread.join()
display.close()
print("rich" in sys.modules)
"""

JOB = """
import os
from aiogroq import {client}, jobs
client = {client}(api_key="gsk_x", base_url=os.environ["GROQ_BASE_URL"])
job = jobs.run(client, ["hello"] * 9, model="openai/gpt-oss-20b", progress=True, name="greetings")
"""


@pytest.mark.slow
async def test_a_display_has_one_output_that_other_threads_replace(kernel: str) -> None:
    [[view, printed]] = await outputs_of(kernel, THREAD)
    assert printed.text == "False\n"
    assert view.output_type == "display_data"
    assert view.data["text/plain"] == AT_80["usual"]
    assert view.data["text/html"] == panel_html(USUAL)


@pytest.mark.slow
async def test_jobs_show_their_progress_and_report_in_their_cell(
    kernel: str, local_groq: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", local_groq.base_url)
    sync = JOB.format(client="Groq") + "results = [*job]; client.close()"
    asynchronous = JOB.format(client="AsyncGroq") + "report = await job; await client.close()"
    for [view] in await outputs_of(kernel, sync, asynchronous):
        text = Reader(view.data["text/html"]).text
        assert "100 % · 9 / 9" in text
        assert "greetings: complete\n items     9 done, 0 failed\n" in text
