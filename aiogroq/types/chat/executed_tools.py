"""What the service did itself while it answered: searched, ran code, read pages, cited."""

from __future__ import annotations

import msgspec

from aiogroq.types._model import BaseModel


class ExecutedToolSearchResultsResult(BaseModel):
    """One page that a web search found."""

    title: str | None = None
    """The page's title."""
    url: str | None = None
    """The page's address."""
    content: str | None = None
    """An excerpt of the page."""
    score: float | None = None
    """How well it fits the query, 0 to 1."""


class ExecutedToolSearchResults(BaseModel):
    """What a web search found."""

    results: list[ExecutedToolSearchResultsResult] | None = None
    """The pages; the service also sends null for none."""
    images: list[str] | None = None
    """Addresses of images, when the request asked for them."""


class ExecutedToolCodeResultChartElement(BaseModel):
    """One bar, slice, box, or series of points in a chart. Which fields are there depends on the chart's type."""

    label: str = ""
    """The element's name in the chart."""
    group: str | None = None
    """The group it belongs to."""
    value: float | None = None
    """Height of a bar."""
    points: list[list[float]] | None = None
    """Points of a line or a scatter chart, each ``[x, y]``."""
    angle: float | None = None
    """Angle of a slice."""
    radius: float | None = None
    """Radius of a slice."""
    min: float | None = None
    """Lower end of a box plot."""
    first_quartile: float | None = None
    """Lower edge of the box."""
    median: float | None = None
    """Middle line of the box."""
    third_quartile: float | None = None
    """Upper edge of the box."""
    max: float | None = None
    """Upper end of a box plot."""
    outliers: list[float] | None = None
    """Values outside a box plot's ends."""


class ExecutedToolCodeResultChart(BaseModel):
    """A chart that executed code drew, as data."""

    type: str = ""
    """``bar``, ``box_and_whisker``, ``line``, ``pie``, ``scatter``, ``superchart`` or ``unknown``."""
    title: str | None = None
    """The chart's title."""
    x_label: str | None = None
    """What the x axis shows."""
    y_label: str | None = None
    """What the y axis shows."""
    x_unit: str | None = None
    """Unit of the x axis."""
    y_unit: str | None = None
    """Unit of the y axis."""
    x_ticks: list[float] | None = None
    """Positions of the marks on the x axis."""
    y_ticks: list[float] | None = None
    """Positions of the marks on the y axis."""
    x_tick_labels: list[str] | None = None
    """Texts at the marks of the x axis."""
    y_tick_labels: list[str] | None = None
    """Texts at the marks of the y axis."""
    x_scale: str | None = None
    """Scale of the x axis, such as ``linear``."""
    y_scale: str | None = None
    """Scale of the y axis, such as ``linear``."""
    elements: list[ExecutedToolCodeResultChartElement] = msgspec.field(
        default_factory=list[ExecutedToolCodeResultChartElement]
    )
    """What is drawn."""


class ExecutedToolCodeResult(BaseModel):
    """One result of executed code."""

    text: str | None = None
    """The result as text."""
    png: str | None = None
    """An image that the code drew: PNG, base64."""
    chart: ExecutedToolCodeResultChart | None = None
    """The chart behind the image, as data."""
    charts: list[ExecutedToolCodeResultChart] | None = None
    """The charts of a ``superchart``."""


class ExecutedToolBrowserResult(BaseModel):
    """One page that the service's browser opened."""

    url: str = ""
    """The page's address."""
    title: str = ""
    """The page's title."""
    live_view_url: str | None = None
    """Where the browser window can be watched."""
    content: str | None = None
    """The page's text."""


class ExecutedTool(BaseModel):
    """One tool that the service executed."""

    index: int = 0
    """Its place in the list. A stream may send an index twice: first without, then with the output."""
    type: str = ""
    """The kind of tool, such as ``search``, ``python`` or ``function``."""
    name: str | None = None
    """The function's name, for type ``function``."""
    arguments: str = ""
    """What the tool was given: mostly JSON text, but bare Python source for the code interpreter."""
    output: str | None = None
    """What the tool gave back, as text."""
    search_results: ExecutedToolSearchResults | None = None
    """What a search found."""
    code_results: list[ExecutedToolCodeResult] | None = None
    """What executed code gave."""
    browser_results: list[ExecutedToolBrowserResult] | None = None
    """Which pages were opened."""


class AnnotationDocumentCitation(BaseModel):
    """A passage of the answer that rests on one of the request's documents."""

    start_index: int = 0
    """Character of the content where the passage begins."""
    end_index: int = 0
    """Character of the content where the passage ends."""
    document_id: str = ""
    """The ``id`` of the document, as the request gave it."""


class AnnotationFunctionCitation(BaseModel):
    """A passage of the answer that rests on the result of a tool call."""

    start_index: int = 0
    """Character of the content where the passage begins."""
    end_index: int = 0
    """Character of the content where the passage ends."""
    tool_call_id: str = ""
    """The id of the tool call."""


class Annotation(BaseModel):
    """A citation in the answer."""

    type: str = ""
    """``document_citation`` or ``function_citation``: which of the other fields is there."""
    document_citation: AnnotationDocumentCitation | None = None
    """The cited document."""
    function_citation: AnnotationFunctionCitation | None = None
    """The cited tool call."""
