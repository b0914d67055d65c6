"""Certificates for local TLS servers, created at run time with trustme."""

from __future__ import annotations

from pathlib import Path

CA_FILE = "ca.pem"
"""The name of the CA file that a client must trust."""


def make(folder: Path, name: str = "127.0.0.1") -> Path:
    """Write a CA certificate (`CA_FILE`) into *folder*, and a certificate with key for *name*. Return the path of the latter.

    Keys are of the curve P-256, as most sites have them. Needs trustme: `ImportError` without.
    """
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / CA_FILE)
    path = folder / "server.pem"
    authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(path)
    return path
