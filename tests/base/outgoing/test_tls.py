"""A call to the open is encrypted, and goes to nobody who cannot prove to be the host."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpdesk.base.outgoing.exchange import Address, Answer, exchange
from helpdesk.base.outgoing.network import Unreachable
from tests.base.outgoing.stranger import Stranger


def certified(folder: Path, address: str, *, days: int = 1) -> Path:
    """A file with key and certificate of its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    begins = datetime.now(UTC) - timedelta(days=2)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(begins).not_valid_after(begins + timedelta(days=2 + days))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + certificate.public_bytes(pem)
    (folder / "server.pem").write_bytes(written)
    return folder / "server.pem"


def ask(other: Stranger, file: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool = True) -> Answer:
    other.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.tls.load_cert_chain(file)
    really = ssl.create_default_context

    def context(**more: Any) -> ssl.SSLContext:
        return really(cafile=str(file)) if trusted else really(**more)

    monkeypatch.setattr("ssl.create_default_context", context)
    address = Address.of(f"https://127.0.0.1:{other.port}/")
    return exchange("GET", address, headers={}, body=None, seconds=5, most=1_000, inside=True)


def test_who_proves_to_be_the_host_is_heard(other: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(other, certified(tmp_path, "127.0.0.1"), monkeypatch) == Answer(200, b"x")


@pytest.mark.parametrize(
    "flaw",
    [{"trusted": False}, {"address": "127.0.0.2"}, {"days": -1}],
    ids=["nobody vouches", "another host", "too old"],
)
def test_who_does_not_hears_nothing(other: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: dict[str, Any]) -> None:
    file = certified(tmp_path, flaw.get("address", "127.0.0.1"), days=flaw.get("days", 1))

    with pytest.raises(Unreachable, match="cannot be reached"):
        ask(other, file, monkeypatch, trusted=flaw.get("trusted", True))

    assert other.heard == []
