"""Asks a Minecraft server what it is before anything is started: the status request that every server answers.

Pure protocol: no login, no account, nothing is changed on the server. Says in one sentence why it will not do.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from dataclasses import dataclass
from typing import Any

from envs.errors import EnvUnavailable

VERSION = "1.20.1"
PROTOCOL = 763
"""The protocol number of 1.20 and 1.20.1."""
DEFAULT_PORT = 25565
KNOCK_SECONDS = 5.0
MOST_BYTES = 1 << 20
STATUS, ANSWER = 1, 0
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]/]+))(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Address:
    """Where a server is."""

    host: str
    port: int = DEFAULT_PORT

    @classmethod
    def parse(cls, text: str) -> Address:
        """`HOST`, `HOST:PORT` or `[IPV6]:PORT`. Raises ValueError."""
        found = _ADDRESS.fullmatch(text.strip())
        port = int(found["port"] or DEFAULT_PORT) if found else 0
        if found is None or not 0 < port < 65_536:
            raise ValueError(f"{text!r} is no address of a server; write HOST:PORT, for example localhost:25565")
        return cls(found["six"] or found["host"], port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class ServerStatus:
    """What a server says of itself."""

    version: str
    protocol: int
    players: int


def knock(address: Address, timeout: float = KNOCK_SECONDS) -> ServerStatus:
    """Ask the server at `address` what it is. Raises EnvUnavailable unless it answers and speaks our version."""
    try:
        with socket.create_connection((address.host, address.port), timeout=timeout) as connection:
            connection.settimeout(timeout)
            host = address.host.encode("idna" if not address.host.isascii() else "ascii")
            hello = _number(PROTOCOL) + _number(len(host)) + host + struct.pack(">H", address.port) + _number(STATUS)
            connection.sendall(_packet(0, hello) + _packet(0, b""))
            with connection.makefile("rb") as stream:
                status = _status(stream.read)
    except TimeoutError as problem:
        raise EnvUnavailable(f"no answer from {address} within {timeout:g} s: is it the right address?") from problem
    except (OSError, UnicodeError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise EnvUnavailable(f"no answer from {address}: {why}; start the server, or look at the address") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise EnvUnavailable(f"what answers at {address} is no Minecraft server: {problem}") from problem
    if status.protocol != PROTOCOL:
        raise EnvUnavailable(
            f"the server at {address} runs Minecraft {status.version}; the bot speaks {VERSION}: "
            "use a server of that version, or one that accepts it (ViaVersion)"
        )
    return status


def _status(read: Any) -> ServerStatus:
    """The first packet of a stream as a status. Raises ValueError, KeyError or TypeError for anything else."""
    length = _take(read)
    if not 0 < length <= MOST_BYTES:
        raise ValueError("it announces no sensible answer")
    packet = memoryview(_exactly(read, length))
    kind, at = _split(packet)
    size, start = _split(packet[at:])
    if kind != ANSWER or size != len(packet) - at - start:
        raise ValueError("it answers something else")
    said = json.loads(bytes(packet[at + start :]))
    version, players = said["version"], said.get("players") or {}
    return ServerStatus(str(version["name"])[:60], int(version["protocol"]), int(players.get("online", 0)))


def _packet(kind: int, data: bytes) -> bytes:
    body = _number(kind) + data
    return _number(len(body)) + body


def _number(value: int) -> bytes:
    """A variable-length integer: seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _take(read: Any) -> int:
    """Read one variable-length integer from a stream."""
    value = 0
    for place in range(5):
        byte = _exactly(read, 1)[0]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value
    raise ValueError("it sends a number that has no end")


def _split(data: memoryview) -> tuple[int, int]:
    """The variable-length integer that data begins with, and how many bytes it takes."""
    at = 0

    def read(count: int) -> bytes:
        nonlocal at
        at += count
        return bytes(data[at - count : at])

    return _take(read), at


def _exactly(read: Any, count: int) -> bytes:
    data = bytes(read(count))
    if len(data) != count:
        raise ValueError("it ends the connection at once")
    return data
