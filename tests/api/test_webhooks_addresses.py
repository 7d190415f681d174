"""Where may be sent to: the public internet and named networks, by whatever spelling an address comes."""

import ipaddress
import socket
from typing import Any

import pytest
from pydantic import ValidationError

from api.errors import Invalid
from api.services.webhooks import addresses
from api.services.webhooks.addresses import AddressRefused, checked_url, may_be_sent_to, resolved
from api.settings import Settings, read_networks

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata at Amazon, Google, Azure and others
    "169.254.170.2",  # task credentials at Amazon
    "100.100.100.200",  # metadata at Alibaba
    "168.63.129.16",  # Azure's platform
    "192.0.0.192",  # metadata at Oracle
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe::1",
    "fe80::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", INSIDE)
def test_what_only_this_machine_can_reach_is_refused(text: str) -> None:
    assert not may_be_sent_to(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_public_internet_is_allowed(text: str) -> None:
    assert may_be_sent_to(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", INSIDE)
def test_a_named_network_is_allowed_and_only_that(text: str) -> None:
    address = ipaddress.ip_address(text)
    unwrapped = addresses._embedded(address)
    assert may_be_sent_to(address, [ipaddress.ip_network(unwrapped)])
    assert not may_be_sent_to(address, read_networks("198.18.0.0/30, fd99::/16"))


@pytest.mark.parametrize(
    "url",
    [
        "https://router.example/breather?key=1",
        "http://router.example:8080",
        "https://8.8.8.8/x",
        "https://[2606:2800:220:1:248:1893:25c8:1946]:8443/x",
    ],
)
def test_ordinary_addresses_are_taken_as_they_are(url: str) -> None:
    assert checked_url(url, ()) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://router.example/", "expected http:// or https://"),
        ("file:///etc/passwd", "expected http:// or https://"),
        ("gopher://router.example/", "expected http:// or https://"),
        ("router.example/hook", "expected http:// or https://"),
        ("https://", "expected a host"),
        ("https:///path", "expected a host"),
        ("https://router.example:0/", "expected a host, and a port"),
        ("https://router.example:99999/", "Port out of range"),
        ("https://router.example:http/", "Port could not be cast"),
        ("https://[::1/", "Invalid IPv6"),
        ("https://router.example/a b", "no spaces"),
        ("https://router.example/\r\nx-evil: 1", "no spaces"),
        ("https://routér.example/", "non-ASCII"),
        ("https://router.example/#top", "#fragment"),
        ("http://127.0.0.1/", "not on the public internet"),
        ("http://localhost:5432/", "not on the public internet"),
        ("http://LOCALHOST./", "not on the public internet"),
        ("http://[::1]/", "not on the public internet"),
        ("http://169.254.169.254/latest/meta-data/", "BREATHER_WEBHOOK_NETWORKS"),
        ("https://x.example/" + "a" * 2000, "2018 characters: expected at most 2000"),
    ],
)
def test_bad_addresses_are_refused_with_what_was_expected(url: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        checked_url(url, ())


def test_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Invalid, match="user name or password") as refused:
        checked_url("https://me:hunter2@router.example/", ())
    assert "hunter2" not in refused.value.detail


def answering(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_name_that_stands_for_an_inside_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "8.8.8.8", "10.0.0.5")
    with pytest.raises(AddressRefused, match=r"'trick.example' \(10.0.0.5\) is not on the public internet"):
        resolved("trick.example", 443, ())
    allowed = resolved("trick.example", 443, read_networks("10.0.0.0/8"))
    assert [str(address) for address in allowed] == ["8.8.8.8", "10.0.0.5"]


def test_scope_of_a_link_local_address_does_not_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "fe80::1%eth0")
    with pytest.raises(AddressRefused, match="fe80::1"):
        resolved("near.example", 443, ())


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_other_spellings_of_loopback_are_refused_when_sent_to(host: str) -> None:
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        resolved(host, 80, ())


def test_name_without_an_address_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(AddressRefused, match=r"'no\.example' has no address"):
        resolved("no.example", 443, ())
    monkeypatch.undo()
    with pytest.raises(AddressRefused, match="has no address"):
        resolved("a" * 80 + ".example", 443, ())


@pytest.mark.parametrize("bad", ["10.0.0.0/33", "everything", "10.0.0.1/8"])
def test_network_that_is_none_stops_the_start(bad: str) -> None:
    with pytest.raises(ValidationError, match=bad.partition("/")[0]):
        Settings(environment="test", webhook_networks=f"127.0.0.1/32,{bad}")
    assert Settings(environment="test", webhook_networks="127.0.0.1/32, fd00::/8").allowed_networks == (
        ipaddress.ip_network("127.0.0.1/32"),
        ipaddress.ip_network("fd00::/8"),
    )


@pytest.mark.parametrize("bad", ["", "has space", "ünï"])
def test_event_source_that_is_no_uri_stops_the_start(bad: str) -> None:
    with pytest.raises(ValidationError):
        Settings(environment="test", event_source=bad)
