"""How the variables of config/env.example say whom webhooks may reach and how they are signed."""

import ipaddress
from collections.abc import Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ALGORITHMS = ("sha256", "sm3")


def hosts_and_networks(env: Mapping[str, str]) -> tuple[frozenset[str], tuple[Network, ...]]:
    """The hosts to which HTTP is allowed, and the internal networks that may be called. Raises ``ValueError``."""
    hosts = frozenset(_words(env.get("GRIDGOV_WEBHOOK_HTTP_HOSTS", "")))
    try:
        networks = tuple(ipaddress.ip_network(word) for word in _words(env.get("GRIDGOV_WEBHOOK_NETWORKS", "")))
    except ValueError as error:
        raise ValueError(
            f"GRIDGOV_WEBHOOK_NETWORKS must be networks such as 10.20.0.0/16, commas between: {error}"
        ) from error
    return hosts, networks


def algorithm_of(env: Mapping[str, str]) -> str:
    """The hash of the signatures. Raises ``ValueError``."""
    algorithm = env.get("GRIDGOV_WEBHOOK_ALGORITHM", "") or "sha256"
    if algorithm not in ALGORITHMS:
        raise ValueError("GRIDGOV_WEBHOOK_ALGORITHM is sha256 or sm3")
    return algorithm


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(",") if word.strip()]
