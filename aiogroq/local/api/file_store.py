"""Keeps uploaded files and batch results, in memory or under one directory.

Names on disk are identifiers made here; what a client calls its file is only ever content. Reading and writing happens on
the server's own thread, which nobody else's event loop waits for.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from ..ids import Ids
from ..response import ApiError, encode_json
from ..settings import Settings

_MAX_TOTAL_BYTES = 2 * 1024**3
_SAFE_ID = re.compile(r"(?:file|batch)_[a-z0-9]{10,40}")


class Files:
    """File objects as answered, and their contents."""

    def __init__(self, settings: Settings) -> None:
        self._folder = None if settings.data_dir is None else settings.data_dir / "files"
        self._max_files = settings.max_files
        self._contents: dict[str, bytes] = {}
        self._objects = load_objects(self._folder)

    def add(self, ids: Ids, name: str, purpose: str, content: bytes, created_at: int) -> dict[str, Any]:
        """Keep a file; answers its file object. Raises `ApiError` 400 where there are too many already."""
        stored = sum(each["bytes"] for each in self._objects.values())
        if len(self._objects) >= self._max_files or stored + len(content) > _MAX_TOTAL_BYTES:
            raise ApiError(
                400, "you have reached the storage limit, please delete some files", "storage_limit_reached"
            )
        file_id = fresh_id(ids, "file", self._objects)
        made: dict[str, Any] = {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": created_at,
            "filename": name[:255],
            "purpose": purpose,
            # Not in the service's own file objects, but in those of every compatible server.
            "status": "processed",
        }
        if self._folder is None:
            self._contents[file_id] = content
        else:
            write_whole(self._folder / f"{file_id}.bin", content)
            save_object(self._folder, made)
        self._objects[file_id] = made
        return made

    def get(self, file_id: str) -> dict[str, Any]:
        """The file object of *file_id*; raises `ApiError` 404."""
        found = self._objects.get(file_id)
        if found is None:
            raise ApiError(404, f"File with id `{file_id}` was not found", "not_found")
        return found

    def content(self, file_id: str) -> bytes:
        """The content of *file_id*; raises `ApiError` 404."""
        self.get(file_id)
        if self._folder is None:
            return self._contents[file_id]
        try:
            return (self._folder / f"{file_id}.bin").read_bytes()
        except OSError:
            raise ApiError(404, f"File with id `{file_id}` was not found", "not_found") from None

    def delete(self, file_id: str) -> None:
        """Forget *file_id*; raises `ApiError` 404."""
        self.get(file_id)
        del self._objects[file_id]
        self._contents.pop(file_id, None)
        if self._folder is not None:
            for ending in (".json", ".bin"):
                (self._folder / (file_id + ending)).unlink(missing_ok=True)

    def all(self) -> list[dict[str, Any]]:
        """Every file object, newest first."""
        return list(reversed(self._objects.values()))


def fresh_id(ids: Ids, prefix: str, taken: dict[str, Any]) -> str:
    """An identifier that is not taken: the same seed begins the same row of them after a restart."""
    while (made := ids.prefixed(prefix)) in taken:
        pass
    return made


def load_objects(folder: Path | None) -> dict[str, dict[str, Any]]:
    """The objects saved in *folder*, oldest first; makes the folder where there is none and skips what is no object."""
    if folder is None:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, Any]] = []
    for path in folder.glob("*.json"):
        if _SAFE_ID.fullmatch(path.stem):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=dict[str, Any]))
            except (OSError, msgspec.DecodeError):
                continue
    found.sort(key=lambda each: (each.get("created_at", 0), each.get("id", "")))
    return {each["id"]: each for each in found if "id" in each}


def save_object(folder: Path, value: dict[str, Any]) -> None:
    """Write an object under its own identifier."""
    write_whole(folder / f"{value['id']}.json", encode_json(value))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for half of it."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
