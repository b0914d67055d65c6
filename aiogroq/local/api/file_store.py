"""Stores uploaded files and batch results, in memory or under one directory.

Names on disk are identifiers generated here. The file name that a client sends is stored as data only. File I/O runs on
the server thread and blocks its event loop, but no other.
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
    """The file objects and their contents."""

    def __init__(self, settings: Settings) -> None:
        self._folder = None if settings.data_dir is None else settings.data_dir / "files"
        self._max_files = settings.max_files
        self._contents: dict[str, bytes] = {}
        self._objects = load_objects(self._folder)

    def add(self, ids: Ids, name: str, purpose: str, content: bytes, created_at: int) -> dict[str, Any]:
        """Store a file and return its file object. Raises `ApiError` 400 when the storage limit is reached."""
        stored = sum(each["bytes"] for each in self._objects.values())
        if len(self._objects) >= self._max_files or stored + len(content) > _MAX_TOTAL_BYTES:
            raise ApiError(
                400, "you have reached the storage limit, please delete some files", "storage_limit_reached"
            )
        file_id = unused_id(ids, "file", self._objects)
        file: dict[str, Any] = {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": created_at,
            "filename": name[:255],
            "purpose": purpose,
            # The service's own file objects lack it, but every compatible server sends it.
            "status": "processed",
        }
        if self._folder is None:
            self._contents[file_id] = content
        else:
            write_atomically(self._folder / f"{file_id}.bin", content)
            save_object(self._folder, file)
        self._objects[file_id] = file
        return file

    def get(self, file_id: str) -> dict[str, Any]:
        """Return the file object of *file_id*. Raises `ApiError` 404."""
        file = self._objects.get(file_id)
        if file is None:
            raise _not_found(file_id)
        return file

    def content(self, file_id: str) -> bytes:
        """Return the content of *file_id*. Raises `ApiError` 404."""
        self.get(file_id)
        if self._folder is None:
            return self._contents[file_id]
        try:
            return (self._folder / f"{file_id}.bin").read_bytes()
        except OSError:
            raise _not_found(file_id) from None

    def delete(self, file_id: str) -> None:
        """Delete *file_id*. Raises `ApiError` 404."""
        self.get(file_id)
        del self._objects[file_id]
        self._contents.pop(file_id, None)
        if self._folder is not None:
            for ending in (".json", ".bin"):
                (self._folder / (file_id + ending)).unlink(missing_ok=True)

    def all(self) -> list[dict[str, Any]]:
        """Return all file objects, newest first."""
        return list(reversed(self._objects.values()))


def _not_found(file_id: str) -> ApiError:
    return ApiError(404, f"File with id `{file_id}` was not found", "not_found")


def unused_id(ids: Ids, prefix: str, taken: dict[str, Any]) -> str:
    """Return an identifier that is not in *taken*. After a restart the same seed generates the same sequence again."""
    while (candidate := ids.prefixed(prefix)) in taken:
        pass
    return candidate


def load_objects(folder: Path | None) -> dict[str, dict[str, Any]]:
    """Return the objects saved in *folder*, oldest first. Creates a missing folder; skips files that are no objects."""
    if folder is None:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    objects: list[dict[str, Any]] = []
    for path in folder.glob("*.json"):
        if _SAFE_ID.fullmatch(path.stem):
            try:
                objects.append(msgspec.json.decode(path.read_bytes(), type=dict[str, Any]))
            except (OSError, msgspec.DecodeError):
                continue
    objects.sort(key=lambda each: (each.get("created_at", 0), each.get("id", "")))
    return {each["id"]: each for each in objects if "id" in each}


def save_object(folder: Path, value: dict[str, Any]) -> None:
    """Write an object to a file named after its identifier."""
    write_atomically(folder / f"{value['id']}.json", encode_json(value))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that readers never see a partial file."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
