"""A server of the person's own: our world by the real clock plays the stranger; refusals; the relay alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.world_process import WorldProcess
from envs.base import Limits, Module, Program
from envs.errors import EnvLost, EnvUnavailable
from envs.knock import Address, knock
from envs.minecraft import MinecraftEnv, MinecraftSettings
from envs.relay import Relay
from envs.server import ServerEnv, ServerSettings


def program(text: str) -> Program:
    return Program((Module("new:main", "main", f"async function main (bot) {{\n{text}\n}}"),), "new:main")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[WorldProcess, Address]]:
    port = free_port()
    world = WorldProcess(
        directory=tmp_path / "foreign", port=port, log=tmp_path / "foreign.log", seed=5, view=3, clock="real",
        rules={"mob_spawning": False},
    )  # fmt: skip
    world.start()
    yield world, Address("127.0.0.1", port)
    world.stop()


def settings(address: Address, tmp_path: Path, **more: str) -> ServerSettings:
    return ServerSettings(address, tmp_path / "notes", **more)


def test_the_bot_plays_on_a_server_and_tells_what_it_saw(server: tuple[WorldProcess, Address], tmp_path: Path) -> None:
    world, address = server
    env = ServerEnv(settings(address, tmp_path, username="Wanderer"))
    try:
        first = env.start()
        truth = world.call("observe", {"player": "Wanderer"})
        assert set(truth) < set(first), "every key of an observation is there"
        assert (first["health"], first["biome"], first["source"]) == (20, truth["biome"], "body")
        env.save(0)
        run = env.run(program("await mineBlock(bot, 'dirt', 1)\nreturn 42"), Limits(seconds=60))
        assert (run.outcome, run.value, run.error) == ("returned", 42, None)
        assert {"dug", "picked_up"} <= {event["kind"] for event in run.events}
        assert all(event["source"] == "body" for event in run.events)
        carried = run.after["inventory"]
        assert carried["dirt"] > 0
        assert carried == world.call("observe", {"player": "Wanderer"})["inventory"]
        assert run.ticks > 0
        assert run.before["tick"] <= run.events[0]["tick"] <= run.after["tick"]
        env.save(1)
        assert env.start(1)["tick"] >= run.after["tick"], "the journey's time goes on over a new joining"
        assert env.observe()["inventory"] == carried
        died = env.run(program("await bot.waitForTicks(400)"), Limits(ticks=5, seconds=30))
        assert died.outcome == "timeout"
    finally:
        env.close()
    assert env.pids == {}


def test_a_death_is_told_and_a_dead_body_is_replaced(server: tuple[WorldProcess, Address], tmp_path: Path) -> None:
    world, address = server
    env = ServerEnv(settings(address, tmp_path))
    try:
        before = env.start()["tick"]
        killer = threading.Timer(1.5, lambda: world.call("command", {"text": "kill journeyman"}))
        killer.start()
        run = env.run(program("await bot.waitForTicks(200)"), Limits(seconds=60))
        assert run.outcome == "died"
        assert [event["kind"] for event in run.events][-2:] == ["died", "respawned"]
        assert run.after["alive"]
        os.kill(env.pids["body"], signal.SIGKILL)
        with pytest.raises(EnvLost):
            env.observe()
        assert env.recover()["tick"] > before
    finally:
        env.close()


def test_a_second_player_of_the_name_is_refused_in_the_servers_own_words(
    server: tuple[WorldProcess, Address], tmp_path: Path, stranger: Callable[[Address, str], socket.socket]
) -> None:
    _, address = server
    with stranger(address, "journeyman"):
        env = ServerEnv(settings(address, tmp_path))
        with pytest.raises(EnvUnavailable, match=r"journeyman.*the server says: A player of this name is already here"):
            env.start()
    assert env.pids == {}


# -- refusals without a server


@pytest.fixture
def stranger() -> Callable[[Address, str], socket.socket]:
    """A client that logs in and stays: enough of the protocol to hold a name."""

    def join(address: Address, name: str) -> socket.socket:
        connection = socket.create_connection((address.host, address.port))
        hello = frame(0, number(763) + text(address.host) + struct.pack(">H", address.port) + number(2))
        connection.sendall(hello + frame(0, text(name) + b"\x00"))
        connection.recv(1 << 16)
        return connection

    return join


def number(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def text(words: str) -> bytes:
    return number(len(words.encode())) + words.encode()


def frame(kind: int, body: bytes) -> bytes:
    return number(len(number(kind) + body)) + number(kind) + body


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], Address]]:
    """Makes a server that gives one answer to whoever connects."""
    listeners = []

    def make(answer: bytes) -> Address:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return Address("127.0.0.1", listener.getsockname()[1])

    yield make
    for listener in listeners:
        listener.close()


def status(version: str, protocol: int) -> bytes:
    return frame(0, text(json.dumps({"version": {"name": version, "protocol": protocol}, "players": {"online": 3}})))


def test_a_server_of_our_version_is_taken(answering: Callable[[bytes], Address]) -> None:
    assert knock(answering(status("Paper 1.20.1", 763))).players == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status("1.21.4", 769), r"runs Minecraft 1\.21\.4; the bot speaks 1\.20\.1"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no Minecraft server"),
        (b"", "no Minecraft server: it ends the connection at once"),
        (frame(0, text("{}")), "no Minecraft server"),
        (frame(0, number(5000) + b"{"), "no Minecraft server"),
        (b"\xff" * 9, "no Minecraft server"),
    ],
)
def test_what_is_no_such_server_is_refused_in_one_line(
    answering: Callable[[bytes], Address], answer: bytes, words: str
) -> None:
    with pytest.raises(EnvUnavailable, match=words) as refused:
        knock(answering(answer))
    assert "\n" not in str(refused.value)


def test_nobody_there_and_nobody_answering_are_told_apart(answering: Callable[[bytes], Address]) -> None:
    with pytest.raises(EnvUnavailable, match="refused"):
        knock(Address("127.0.0.1", free_port()))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(EnvUnavailable, match=r"within 0\.2 s"):
        knock(Address("127.0.0.1", silent.getsockname()[1]), timeout=0.2)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("localhost:25566", Address("localhost", 25566)), ("play.example.org", Address("play.example.org", 25565)),
     ("[::1]:7", Address("::1", 7))],
)  # fmt: skip
def test_an_address_reads_as_it_is_written(written: str, meant: Address) -> None:
    assert Address.parse(written) == meant
    assert Address.parse(str(meant)) == meant


@pytest.mark.parametrize("wrong", ["", "a b", "host:0", "host:99999", "host:port", "http://host:1", "::1"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Address.parse(wrong)


def test_a_name_that_no_player_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'a b' is no player's name"):
        ServerEnv(settings(Address("localhost"), tmp_path, username="a b"))


# -- the relay


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """A TCP server that sends back what it gets, and ends a connection after the word `bye`."""

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while (piece := connection.recv(1 << 16)) and piece != b"bye":
                    connection.sendall(piece)

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    yield listener
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def connect(path: Path) -> socket.socket:
    inner = socket.socket(socket.AF_UNIX)
    inner.settimeout(20)
    inner.connect(str(path))
    return inner


def exactly(end: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (piece := end.recv(count - len(got))):
        got += piece
    return got


def test_the_relay_carries_every_byte_and_serves_the_next_connection_after_the_last(
    echo: socket.socket, tmp_path: Path
) -> None:
    relay = Relay(tmp_path / "server.sock", *echo.getsockname())
    relay.start()
    try:
        data = os.urandom(300_000)
        for _ in range(2):
            with connect(tmp_path / "server.sock") as inner:
                threading.Thread(target=inner.sendall, args=(data,), daemon=True).start()
                assert exactly(inner, len(data)) == data
                inner.sendall(b"bye")
                assert inner.recv(1) == b"", "the server's end is the end"
        assert relay.carried == 2 * (2 * len(data) + 3)
    finally:
        relay.close()
        relay.close()
    assert not (tmp_path / "server.sock").exists()


def test_closing_the_relay_ends_the_connection(echo: socket.socket, tmp_path: Path) -> None:
    relay = Relay(tmp_path / "server.sock", *echo.getsockname())
    relay.start()
    with connect(tmp_path / "server.sock") as inner:
        inner.sendall(b"hello")
        assert exactly(inner, 5) == b"hello"
        relay.close()
        assert inner.recv(1) == b""


def test_a_server_that_went_away_ends_the_connection_at_once(tmp_path: Path) -> None:
    relay = Relay(tmp_path / "server.sock", "127.0.0.1", free_port())
    relay.start()
    with connect(tmp_path / "server.sock") as inner:
        assert inner.recv(1) == b""
    relay.close()


# -- our own world, slowed down


def test_a_world_slowed_down_for_people_does_the_same_things(tmp_path: Path) -> None:
    deeds = program("await mineBlock(bot, 'dirt', 1)\nawait bot.waitForTicks(20)")
    told = []
    for speed in (None, 10.0):
        env = MinecraftEnv(MinecraftSettings(tmp_path / f"{speed}", seed=5, view=3, speed=speed))
        try:
            env.start()
            run = env.run(deeds, Limits(seconds=1 if speed else 60))
            told.append((run.outcome, run.events, run.after))
            if speed:
                assert run.seconds > run.ticks / 20 / speed - 0.1
        finally:
            env.close()
    assert told[0] == told[1]
    assert told[0][0] == "returned"
    with pytest.raises(ValueError, match="speed"):
        MinecraftEnv(MinecraftSettings(tmp_path, seed=5, speed=0))
