"""Text with a form: addresses, networks, versions, owners and days."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import AddressValueError, IPv4Address, ip_network
from typing import Annotated

from pydantic import AfterValidator, PlainValidator

LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
LIKE_IPV4 = re.compile(r"[0-9.]+")
SERVER_VERSION = re.compile(r"[0-9]+(\.[0-9]+){2,3}")
SERVER_RELEASE = re.compile(r"[0-9]+(\.[0-9]+){1,3}")
OWNER = re.compile(r"@[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*|[^@\s]+@[^@\s]+")
"""The form of an owner in CODEOWNERS. GitHub ignores a line with any other text, and nobody has to approve."""
OPERATOR_VERSION = re.compile(r"[0-9]+(\.[0-9]+){2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
KUBERNETES_VERSION = re.compile(r"1\.[0-9]+(\.[0-9]+)?")


def parse_address(text: str) -> str:
    """Return ``text`` if it is an IPv4 address or a host name: it becomes the value of a node label, which can't be
    IPv6.

    Raises ValueError.
    """
    if LIKE_IPV4.fullmatch(text):
        try:
            IPv4Address(text)
        except AddressValueError:
            raise ValueError(f"'{text}' is no address; it is written like 192.0.2.11") from None
    elif not LABEL_VALUE.fullmatch(text):
        raise ValueError(f"'{text}' is no address for a node label: write an IPv4 address or a host name")
    return text


def parse_network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"'{text}' is no network; it is written like 198.51.100.0/24") from None
        raise ValueError(f"'{text}' is an address in a network; the network is {network}") from None
    return text


def parse_server_version(text: str) -> str:
    if not SERVER_VERSION.fullmatch(text):
        raise ValueError(f"'{text}' is no server version; it is written like 8.1.1.1")
    return text


def parse_server_release(text: str) -> str:
    if not SERVER_RELEASE.fullmatch(text):
        raise ValueError(f"'{text}' is no server release; it is written like 7.1")
    return text


def parse_operator_version(text: str) -> str:
    if not OPERATOR_VERSION.fullmatch(text):
        raise ValueError(f"'{text}' is no operator version; it is written like 4.5.0")
    return text


def parse_owner(text: str) -> str:
    if not OWNER.fullmatch(text):
        raise ValueError(f"'{text}' is no owner of a code host: write it like @organisation/team")
    return text


def parse_kubernetes_version(text: str) -> str:
    if not KUBERNETES_VERSION.fullmatch(text):
        raise ValueError(f"'{text}' is no Kubernetes version; it is written like 1.35")
    return text


def parse_day(text: object) -> date:
    """Return the day of a text like ``2027-01-31``. Raises ValueError."""
    wrong = ValueError(f"'{text}' is no day; it is written like 2027-01-31")
    if not isinstance(text, str) or not DAY.fullmatch(text):
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong from None


Address = Annotated[str, AfterValidator(parse_address)]
Network = Annotated[str, AfterValidator(parse_network)]
ServerVersion = Annotated[str, AfterValidator(parse_server_version)]
ServerRelease = Annotated[str, AfterValidator(parse_server_release)]
OperatorVersion = Annotated[str, AfterValidator(parse_operator_version)]
KubernetesVersion = Annotated[str, AfterValidator(parse_kubernetes_version)]
Owner = Annotated[str, AfterValidator(parse_owner)]
Day = Annotated[date, PlainValidator(parse_day, json_schema_input_type=str)]
