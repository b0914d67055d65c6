"""`examples/notebook.ipynb` in a real kernel, cell by cell."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from aiogroq.local import LocalGroq

from .conftest import EXAMPLES, LIMIT_S

NOTEBOOK = EXAMPLES / "notebook.ipynb"
KERNEL = "of-this-test"


@pytest.fixture(autouse=True)
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel of this Python, and no settings of the machine's user."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": KERNEL,
        "language": "python",
    }
    folder = tmp_path / "jupyter_data_dir" / "kernels" / KERNEL
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))


async def outputs_of(notebook: Path) -> dict[str, list[Any]]:
    """Run all cells; gives what each code cell put out, by the cell's id. Raises `CellExecutionError`."""
    ran = await NotebookClient(
        nbformat.read(notebook, as_version=4), kernel_name=KERNEL, timeout=LIMIT_S
    ).async_execute()
    return {cell.id: cell.outputs for cell in ran.cells if cell.cell_type == "code"}


def printed(outputs: list[Any]) -> str:
    """What a cell printed."""
    assert all(output.get("name") != "stderr" for output in outputs), outputs
    return "".join(output.text for output in outputs if output.output_type == "stream")


def value(outputs: list[Any]) -> str:
    """The value of a cell's last expression, as text."""
    [text] = [output.data["text/plain"] for output in outputs if output.output_type == "execute_result"]
    return str(text)


@pytest.mark.slow
async def test_the_notebook_runs_from_top_to_bottom_and_shows_its_outputs(
    local_groq: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "anything")
    monkeypatch.setenv("GROQ_BASE_URL", local_groq.base_url)
    shown = await outputs_of(NOTEBOOK)
    assert value(shown["client"]) == f"<Groq {local_groq.base_url}/openai/v1>"
    assert printed(shown["chat"]) == "The capital of Portugal is Lisbon.\n"
    assert "lighthouse" in printed(shown["streaming"])
    assert "tokens, " in printed(shown["streaming"])
    assert '"celsius": 24' in printed(shown["tools"])
    assert value(shown["json"]) == "{'name': 'Ada Lovelace', 'age': 36, 'email': 'ada@example.com'}"
    assert value(shown["embeddings"]).startswith("array([[1.")
    assert value(shown["speech"]) == "<IPython.lib.display.Audio object>"
    assert printed(shown["transcription"]).startswith("Speak softly, and send few bytes.\n0.00 s to ")
    assert local_groq.request_count == 8


@pytest.mark.slow
async def test_the_notebook_runs_without_a_key() -> None:
    shown = await outputs_of(NOTEBOOK)
    assert value(shown["client"]).startswith("<Groq http://127.0.0.1:")
    assert printed(shown["chat"]) == "The capital of Portugal is Lisbon.\n"


def test_the_notebook_stores_no_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]
