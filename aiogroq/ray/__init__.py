"""Jobs on Ray Data: the rows of a dataset are sent to the service, and their responses are columns.

`chat`, `embeddings` and `transcription` are functions of a dataset. `Chat`, `Embeddings` and `Transcription` are for
``Dataset.map_batches``. Needs the extra ``ray``: ``pip install "aiogroq[ray]"``. No module of aiogroq imports this one.
"""

from __future__ import annotations

from .datasets import chat as chat
from .datasets import embeddings as embeddings
from .datasets import transcription as transcription
from .row_workers import Chat as Chat
from .row_workers import Embeddings as Embeddings
from .row_workers import RowOptions as RowOptions
from .row_workers import RowWorker as RowWorker
from .row_workers import Transcription as Transcription
