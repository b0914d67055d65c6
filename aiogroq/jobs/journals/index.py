"""`JournalIndex`: where the outcomes of a journal are, in 18 bytes for each item."""

from __future__ import annotations

from hashlib import blake2b

from ..outcome import JobRequest

_DIGEST_BYTES = 12
_VALUE_BYTES = 6
_ENTRY_BYTES = _DIGEST_BYTES + _VALUE_BYTES
_BUCKETS = 4096
_FAILED, _SEEN = 1, 2
_FLAG_BITS = 2


class IndexEntry:
    """The place of one outcome."""

    __slots__ = ("is_failed", "is_seen", "offset")

    def __init__(self, offset: int, is_failed: bool, is_seen: bool) -> None:
        self.offset: int = offset
        """Where its line begins. 0, where the header is, for an item that has none yet."""
        self.is_failed: bool = is_failed
        self.is_seen: bool = is_seen
        """Whether the input of this run had the item already."""


class JournalIndex:
    """Maps digests of 16 bytes to offsets in a journal.

    A dict of 10**6 digests takes 145 MB. Here the entries of equal leading bits lie one after the other in a bytearray, which
    is searched in C: 18 bytes each, and what the bytearray has in reserve, at most an eighth.
    """

    def __init__(self) -> None:
        self._buckets: list[bytearray | None] = [None] * _BUCKETS
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, digest: bytes, offset: int, *, is_failed: bool = False, is_seen: bool = False) -> None:
        """Add an entry. There may be several with one digest."""
        number = _bucket(digest)
        bucket = self._buckets[number]
        if bucket is None:
            bucket = self._buckets[number] = bytearray()
        bucket += digest[2 : 2 + _DIGEST_BYTES] + _value(offset, is_failed, is_seen)
        self._count += 1

    def set(self, digest: bytes, offset: int, *, is_failed: bool = False, is_seen: bool = False) -> None:
        """Replace the entry of this digest, or add one."""
        bucket, start = self._find(digest)
        if bucket is None or start < 0:
            self.add(digest, offset, is_failed=is_failed, is_seen=is_seen)
            return
        bucket[start + _DIGEST_BYTES : start + _ENTRY_BYTES] = _value(offset, is_failed, is_seen)

    def get(self, digest: bytes) -> IndexEntry | None:
        """Return the first entry with this digest."""
        bucket, start = self._find(digest)
        return None if bucket is None or start < 0 else _entry(bucket, start)

    def take(self, digest: bytes) -> IndexEntry | None:
        """Remove and return an entry with this digest: one that has not failed, if there is one; else the latest."""
        bucket, start = self._find(digest)
        if bucket is None or start < 0:
            return None
        entry = _entry(bucket, start)
        while entry.is_failed and (following := _search(bucket, digest, start + _ENTRY_BYTES)) >= 0:
            start, entry = following, _entry(bucket, following)
        del bucket[start : start + _ENTRY_BYTES]
        self._count -= 1
        return entry

    def entries(self, digest: bytes) -> list[IndexEntry]:
        """Return all entries with this digest, the latest first."""
        bucket, start = self._find(digest)
        found: list[IndexEntry] = []
        while bucket is not None and start >= 0:
            found.append(_entry(bucket, start))
            start = _search(bucket, digest, start + _ENTRY_BYTES)
        found.reverse()
        return found

    def _find(self, digest: bytes) -> tuple[bytearray | None, int]:
        bucket = self._buckets[_bucket(digest)]
        return bucket, -1 if bucket is None else _search(bucket, digest, 0)


def identity_of(request: JobRequest) -> bytes:
    """Return the digest by which a journal knows an item: that of its id, or the key of one without an id."""
    return digest_of_id(request.id) if request.is_id_given else request.key


def digest_of_id(id: str) -> bytes:
    """Return the digest of an id, 16 bytes."""
    return blake2b(id.encode("utf-8", "surrogatepass"), digest_size=16, person=b"aiogroq item id").digest()


def _bucket(digest: bytes) -> int:
    return (digest[0] << 4) | (digest[1] >> 4)


def _search(bucket: bytearray, digest: bytes, start: int) -> int:
    wanted = digest[2 : 2 + _DIGEST_BYTES]
    found = bucket.find(wanted, start)
    while found >= 0 and found % _ENTRY_BYTES:
        found = bucket.find(wanted, found + 1)
    return found


def _value(offset: int, is_failed: bool, is_seen: bool) -> bytes:
    flags = (_FAILED if is_failed else 0) | (_SEEN if is_seen else 0)
    return (offset << _FLAG_BITS | flags).to_bytes(_VALUE_BYTES, "little")


def _entry(bucket: bytearray, start: int) -> IndexEntry:
    value = int.from_bytes(bucket[start + _DIGEST_BYTES : start + _ENTRY_BYTES], "little")
    return IndexEntry(value >> _FLAG_BITS, bool(value & _FAILED), bool(value & _SEEN))
