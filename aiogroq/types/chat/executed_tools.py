"""Tools that the service executed itself: searches, code, pages opened, and citations."""

from __future__ import annotations

import msgspec

from .._model import BaseModel


class ExecutedToolSearchResultsResult(BaseModel):
    """A page found by a web search."""

    title: str | None = None
    """The title of the page."""
    url: str | None = None
    """The URL of the page."""
    content: str | None = None
    """An excerpt of the page."""
    score: float | None = None
    """The relevance for the query, 0 to 1."""


class ExecutedToolSearchResults(BaseModel):
    """The results of a web search."""

    results: list[ExecutedToolSearchResultsResult] | None = None
    """The pages. The service may also send null for none."""
    images: list[str] | None = None
    """The URLs of images, if the request enables them."""


class ExecutedToolCodeResultChartElement(BaseModel):
    """A bar, slice, box, or series of points in a chart. The type of the chart decides which fields are set."""

    label: str = ""
    """The label of the element."""
    group: str | None = None
    """The group of the element."""
    value: float | None = None
    """The height of a bar."""
    points: list[list[float]] | None = None
    """The points of a line or scatter chart, each ``[x, y]``."""
    angle: float | None = None
    """The angle of a slice."""
    radius: float | None = None
    """The radius of a slice."""
    min: float | None = None
    """The minimum of a box plot."""
    first_quartile: float | None = None
    """The first quartile of a box plot."""
    median: float | None = None
    """The median of a box plot."""
    third_quartile: float | None = None
    """The third quartile of a box plot."""
    max: float | None = None
    """The maximum of a box plot."""
    outliers: list[float] | None = None
    """The outliers of a box plot."""


class ExecutedToolCodeResultChart(BaseModel):
    """A chart drawn by executed code, as data."""

    type: str = ""
    """``bar``, ``box_and_whisker``, ``line``, ``pie``, ``scatter``, ``superchart`` or ``unknown``."""
    title: str | None = None
    """The title of the chart."""
    x_label: str | None = None
    """The label of the x axis."""
    y_label: str | None = None
    """The label of the y axis."""
    x_unit: str | None = None
    """The unit of the x axis."""
    y_unit: str | None = None
    """The unit of the y axis."""
    x_ticks: list[float] | None = None
    """The positions of the ticks on the x axis."""
    y_ticks: list[float] | None = None
    """The positions of the ticks on the y axis."""
    x_tick_labels: list[str] | None = None
    """The labels of the ticks on the x axis."""
    y_tick_labels: list[str] | None = None
    """The labels of the ticks on the y axis."""
    x_scale: str | None = None
    """The scale of the x axis, such as ``linear``."""
    y_scale: str | None = None
    """The scale of the y axis, such as ``linear``."""
    elements: list[ExecutedToolCodeResultChartElement] = msgspec.field(
        default_factory=list[ExecutedToolCodeResultChartElement]
    )
    """The elements of the chart."""


class ExecutedToolCodeResult(BaseModel):
    """One result of executed code."""

    text: str | None = None
    """The result as text."""
    png: str | None = None
    """An image drawn by the code: PNG as base64 text."""
    chart: ExecutedToolCodeResultChart | None = None
    """The chart of the image, as data."""
    charts: list[ExecutedToolCodeResultChart] | None = None
    """The charts of a ``superchart``."""


class ExecutedToolBrowserResult(BaseModel):
    """A page opened in the service's browser."""

    url: str = ""
    """The URL of the page."""
    title: str = ""
    """The title of the page."""
    live_view_url: str | None = None
    """The URL of a live view of the browser window."""
    content: str | None = None
    """The text of the page."""


class ExecutedTool(BaseModel):
    """A tool that the service executed."""

    index: int = 0
    """The index in the list. A stream may send an index twice: first without the output, then with it."""
    type: str = ""
    """The kind of tool, such as ``search``, ``python`` or ``function``."""
    name: str | None = None
    """The function's name, for type ``function``."""
    arguments: str = ""
    """The input of the tool: usually JSON text, but Python source for the code interpreter."""
    output: str | None = None
    """The output of the tool, as text."""
    search_results: ExecutedToolSearchResults | None = None
    """The results of a search."""
    code_results: list[ExecutedToolCodeResult] | None = None
    """The results of executed code."""
    browser_results: list[ExecutedToolBrowserResult] | None = None
    """The pages opened in the browser."""


class AnnotationDocumentCitation(BaseModel):
    """A passage of the content that cites a document of the request."""

    start_index: int = 0
    """The character index in the content at which the passage starts."""
    end_index: int = 0
    """The character index in the content at which the passage ends."""
    document_id: str = ""
    """The ``id`` of the document in the request."""


class AnnotationFunctionCitation(BaseModel):
    """A passage of the content that cites the result of a tool call."""

    start_index: int = 0
    """The character index in the content at which the passage starts."""
    end_index: int = 0
    """The character index in the content at which the passage ends."""
    tool_call_id: str = ""
    """The id of the tool call."""


class Annotation(BaseModel):
    """A citation in the content."""

    type: str = ""
    """``document_citation`` or ``function_citation``: the name of the field that is set."""
    document_citation: AnnotationDocumentCitation | None = None
    """The cited document."""
    function_citation: AnnotationFunctionCitation | None = None
    """The cited tool call."""
