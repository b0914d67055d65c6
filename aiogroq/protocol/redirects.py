"""Whether a redirect is followed: only to the same origin, and only as the request that it was."""

from __future__ import annotations

from yarl import URL

from .urls import is_same_origin

STATUSES = frozenset({301, 302, 303, 307, 308})
"""The statuses of redirects. https://www.rfc-editor.org/rfc/rfc9110#section-15.4"""
MAX_REDIRECTS = 10
"""The most redirects that one call follows."""


def follow(method: str, url: URL, status: int, location: str, taken: int) -> tuple[URL | None, str]:
    """Return where a redirect leads, or None and why it is not followed.

    The key goes to no other origin, which a change from http to https is too; and a 301, 302 or 303 turns a POST into
    a GET without its body, which is another request. ``taken`` is how many were followed before.
    """
    try:
        target = url.join(URL(location)).with_fragment(None)
        is_same = is_same_origin(url, target)  # it asks for the port, which yarl may not be able to read
    except ValueError:
        return None, f"The server redirects {url} to {location[:200]!r}, which is no URL."
    redirect = f"The server redirects {url} to {target}"
    if not is_same:
        return None, (
            f"{redirect}, which is another origin; the key is not sent there. If that is where the API is, set base_url to it."
        )
    if status not in (307, 308) and method not in ("GET", "HEAD"):
        return None, (
            f"{redirect} with status {status}, which would turn the {method} into a GET; set base_url to where the API is."
        )
    if taken >= MAX_REDIRECTS:
        return None, f"{redirect}, after {taken} redirects before it."
    return target, redirect
