"""Where may be sent to: addresses on the public internet and in the networks that the settings name.

A lead types the address, but this server does the asking. So nobody should reach through it what only it can reach:
its own loopback, the network it stands in, a cloud's metadata service.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from api.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2000
SCHEMES = {"http": 80, "https": 443}
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out to the public internet:
https://www.iana.org/assignments/ipv6-address-space/ipv6-address-space.xhtml"""
REFUSED: tuple[Network, ...] = (
    # IETF protocol assignments, the metadata service of Oracle's cloud among them; Python counts some as global.
    ipaddress.IPv4Network("192.0.0.0/24"),
    # Azure's platform address, which every virtual machine there can reach and nobody else:
    # https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    ipaddress.IPv4Network("168.63.129.16/32"),
)


class AddressRefused(Exception):
    """A host that may not be sent to, or that has no address; the message says which and why."""


def checked_url(url: str, allowed: Sequence[Network]) -> str:
    """`url`, if it could be sent to; raises `Invalid` quoting it and saying what was expected.

    A host's name is looked up only when something is sent, since what it stands for may change.
    """
    quoted = f"url {url[:200]!r}"
    if len(url) > LONGEST_URL:
        raise Invalid(f"a url of {len(url)} characters: expected at most {LONGEST_URL}")
    if any(not 33 <= ord(character) <= 126 for character in url):
        raise Invalid(f"{quoted}: expected no spaces, control or non-ASCII characters (write them percent-encoded)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"{quoted}: {error}") from error
    if parts.scheme not in SCHEMES:
        raise Invalid(f"{quoted}: expected http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise Invalid("the url holds a user name or password: expected none, the signature proves who sends")
    if not parts.hostname or port == 0:
        raise Invalid(f"{quoted}: expected a host, and a port from 1 to 65535 if any")
    if parts.fragment:
        raise Invalid(f"{quoted}: expected no #fragment")
    literal = _literal(parts.hostname)
    if literal is not None and not may_be_sent_to(literal, allowed):
        raise Invalid(refusal(parts.hostname, [literal]))
    return url


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return ipaddress.IPv4Address("127.0.0.1") if host.lower().rstrip(".") == "localhost" else None


def may_be_sent_to(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether `address` is public, or in one of the `allowed` networks."""
    real = _embedded(address)
    if any(real in network for network in allowed if network.version == real.version):
        return True
    if any(real in network for network in REFUSED if network.version == real.version):
        return False
    if isinstance(real, ipaddress.IPv6Address) and real not in GLOBAL_UNICAST:
        return False
    return real.is_global and not real.is_multicast


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps, or `address` itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def refusal(host: str, addresses: Iterable[Address]) -> str:
    """Why nothing is sent to `host`."""
    listed = ", ".join(str(address) for address in addresses)
    return (
        f"host {host[:200]!r} ({listed}) is not on the public internet: expected a public address,"
        " or one in the networks of BREATHER_WEBHOOK_NETWORKS"
    )


def resolved(host: str, port: int, allowed: Sequence[Network]) -> list[Address]:
    """The addresses of `host`, best first: looked up once, and checked; the name is not looked up again.

    Blocks while it asks. Raises `AddressRefused` where any of the host's addresses may not be sent to: a name that
    stands for both kinds is more likely a trick than a mistake.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"host {host[:200]!r} has no address ({error})") from error
    # A scope such as %eth0 stands only on link-local addresses.
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    refused = [address for address in addresses if not may_be_sent_to(address, allowed)]
    if refused:
        raise AddressRefused(refusal(host, refused))
    return addresses
