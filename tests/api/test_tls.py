"""TLS: whom the client trusts, and what it costs."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl

import certifi
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wagtail_zoom import clock
from wagtail_zoom.exceptions import in_doubt

from .servers import CREATED, ScriptedServer, always, client_of, dripping, failure_of, hasty_client_of, wire


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the files of a certificate for 127.0.0.1 that nobody but these tests trusts, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.machine_time()
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate):
    with requests.Session() as session:
        session.verify = str(certificate[0])
        yield session


def test_a_certificate_that_nobody_vouches_for_ends_the_call_before_anything_is_sent(tls):
    with ScriptedServer(always(CREATED), tls) as server, client_of(server.url) as client:
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert server.requests == []
    assert not in_doubt(error)


def test_a_certificate_for_another_name_is_not_accepted(tls, trusting):
    with ScriptedServer(always(CREATED), tls) as server:
        other_name = server.url.replace("127.0.0.1", "localhost")
        with client_of(other_name, session=trusting) as client:
            error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
        assert server.requests == []
    assert not in_doubt(error)


def test_the_environments_certificates_are_used(tls, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with ScriptedServer(always(CREATED), tls) as server, client_of(server.url) as client:
        assert client.meetings.create("me", {"topic": "x"}).id == 12345678901


def test_a_sessions_own_certificates_go_before_the_environments(tls, trusting, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    with ScriptedServer(always(wire()), tls) as server, client_of(server.url, session=trusting) as client:
        assert client.users.me().id == "u1"


def test_tls_connections_are_kept_and_creates_get_fresh_ones(tls, trusting):
    with ScriptedServer(always(CREATED), tls) as server, client_of(server.url, session=trusting) as client:
        client.users.me()
        client.users.me()
        assert server.connections == 1
        client.meetings.create("me", {"topic": "x"})
        assert server.connections == 2


def test_a_server_that_drips_through_tls_does_not_outlive_the_deadline(tls, trusting, stop):
    with ScriptedServer(dripping(wire(body=b" " * 1000), 30, stop), tls) as server:
        with hasty_client_of(server.url, session=trusting) as client:
            error = failure_of(client.users.me)
        stop.set()
    assert error.timed_out
    assert error.sent


def test_a_tls_greeting_that_is_never_answered_was_never_sent():
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        hasty_client_of(f"https://127.0.0.1:{listening.getsockname()[1]}/v2") as client,
    ):
        error = failure_of(lambda: client.meetings.create("me", {"topic": "x"}))
    assert not in_doubt(error)
    assert error.timed_out
