"""What must be right before a real station is served: named with what to set, or it does not start."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

SHORTEST_KEY = 40
FEWEST_CHARACTERS = 12


def dangers(*, secret_key: str, key_file: Path, allowed_hosts: list[str], debug: bool) -> list[str]:
    """Return what is insecure in the settings, each with what to do; empty if nothing is."""
    found = []
    if len(secret_key) < SHORTEST_KEY or len(set(secret_key)) < FEWEST_CHARACTERS:
        found.append(f"{key_file}: the signing key is short or made up; delete the file, a new one is made")
    if os.name != "nt" and key_file.exists() and key_file.stat().st_mode & 0o077:
        found.append(f"{key_file}: others may read the signing key; chmod 600 {key_file}")
    if any(host in ("*", ".") for host in allowed_hosts):
        found.append("settings.toml: allowed_hosts names everybody; name the addresses of this server")
    if debug:
        found.append("DEBUG is on; it shows settings and data with every error; take it away")
    return found


def dangers_of_listening(host: str, https: bool | None) -> list[str]:
    """Return what is insecure in listening on an address without saying how it is protected."""
    if https is not None or host == "localhost":
        return []
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if local:
        return []
    return [
        f"--host {host}: passwords would cross the network in the clear; put a server with TLS in front and set "
        "https = true in settings.toml, or https = false there if the network is yours alone"
    ]
