"""Ways out of the boxes, each tried for real from inside, with the layer that stops it; none passes.

Both boxes are tried: the desktop's, where programs with bugs and terminals live, and the skill's, where code of a model
runs. A case is Python that is run inside; it gives "passed", or the name of the error that stopped it.
"""

# ruff: noqa: E501 - what is tried inside is easier to compare in one line

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import socket
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envs.base import Limits, Module, Program
from envs.desktop import DeskSettings, home, skill_box, stage
from envs.desktop.desk import HOME, Desk
from envs.desktop.env import available
from envs.desktop.errors import DeskRefused
from envs.desktop.spans import Spans

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

CALLS = "import ctypes, os, socket, errno, json\nlibc = ctypes.CDLL(None, use_errno=True)\n"
CALL = """
def call(number, *arguments):
    if libc.syscall(number, *arguments) >= 0:
        return 'passed'
    raise OSError(ctypes.get_errno(), 'stopped')

def attempt(code):
    try:
        scope = {**globals()}
        exec(code, scope)
        return scope.get('told', 'passed')
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except BaseException as error:
        return type(error).__name__
"""

MOUNTS, NETWORK, PROCESSES, SECCOMP, READ_ONLY, CAPABILITIES = (
    "mount namespace",
    "network namespace",
    "process namespace",
    "seccomp",
    "read-only mounts",
    "no capabilities",
)
GONE = {"ENOENT"}
DENIED = {"EPERM", "EACCES"}
CASES: dict[str, tuple[str, str, set[str]]] = {
    "read a file of the machine": ("open('/etc/shadow')", MOUNTS, GONE),
    "read a file of this test": ("open(SECRET)", MOUNTS, GONE),
    "read another home": ("os.listdir('/root')", MOUNTS, GONE),
    "read the kernel's log": ("open('/dev/kmsg')", MOUNTS, GONE),
    "read the machine's memory": ("open('/dev/mem')", MOUNTS, GONE),
    "read a disk": ("open('/dev/vda'), open('/dev/sda')", MOUNTS, GONE),
    "read control groups": ("os.listdir('/sys/fs/cgroup')", MOUNTS, GONE),
    "write a system library": ("open('/usr/lib/x', 'w')", READ_ONLY, {"EROFS", "EACCES"}),
    "write a setting of the system": ("open('/etc/x', 'w')", READ_ONLY, {"EROFS", "EACCES"}),
    "write our code": ("open('/opt/code/skill_runner.py', 'w')", READ_ONLY, {"EROFS", "EACCES"}),
    "fill the root": ("open('/x', 'w')", READ_ONLY, {"EROFS", "EACCES"}),
    "fill /dev": ("open('/dev/x', 'w')", READ_ONLY, {"EROFS", "EACCES"}),
    "change the kernel": ("open('/proc/sys/kernel/hostname', 'w').write('x')", READ_ONLY, {"EROFS", "EACCES"}),
    "make a device": ("os.mknod('/tmp/d', 0o20666, os.makedev(1, 1))", CAPABILITIES, DENIED),
    "reach the internet": ("s = socket.socket(); s.settimeout(2); s.connect(('1.1.1.1', 53))", NETWORK,
                           {"ENETUNREACH", "EAFNOSUPPORT"}),
    "reach a server of the machine": ("s = socket.socket(); s.settimeout(2); s.connect(('127.0.0.1', PORT))", NETWORK,
                                      {"ECONNREFUSED", "ENETUNREACH", "EAFNOSUPPORT"}),
    "reach an abstract socket of the machine": ("socket.socket(1).connect(chr(0) + ABSTRACT)", NETWORK,
                                                {"ECONNREFUSED", "EAFNOSUPPORT"}),
    "reach a socket file of the machine": ("socket.socket(1).connect(SOCKET)", MOUNTS, {"ENOENT", "EAFNOSUPPORT"}),
    "reach the machine's message bus": ("socket.socket(1).connect('/run/dbus/system_bus_socket')", MOUNTS,
                                        {"ENOENT", "EAFNOSUPPORT"}),
    "reach the machine's display": ("socket.socket(1).connect('/tmp/.X11-unix/X0')", MOUNTS, {"ENOENT", "EAFNOSUPPORT"}),
    "reach the hypervisor": ("socket.socket(40, 1)", SECCOMP, {"EAFNOSUPPORT"}),
    "open a raw packet socket": ("socket.socket(17, 3)", SECCOMP, {"EAFNOSUPPORT"}),
    "use the kernel's crypto sockets": ("socket.socket(38, 5)", SECCOMP, {"EAFNOSUPPORT"}),
    "signal a process of the machine": ("os.kill(PID, 0)", PROCESSES, {"ESRCH"}),
    "see processes of the machine": ("told = 'few' if len([p for p in os.listdir('/proc') if p.isdigit()]) < 30 else 'passed'",
                                     PROCESSES, {"few"}),
    "make a user namespace": ("told = call(272, 0x10000000)", SECCOMP, {"EPERM"}),
    "enter a namespace": ("told = call(308, os.open('/proc/self/ns/user', 0), 0)", SECCOMP, {"EPERM"}),
    "clone into a namespace": ("told = call(56, 0x10000000 | 17, 0, 0, 0, 0)", SECCOMP, {"EPERM"}),
    "mount": ("told = call(165, b'none', b'/tmp', b'tmpfs', 0, None)", SECCOMP, {"EPERM"}),
    "change the root": ("os.chroot('/tmp')", SECCOMP, {"EPERM"}),
    "trace a process": ("told = call(101, 16, 1, 0, 0)", SECCOMP, {"EPERM"}),
    "read memory of a process": ("told = call(310, 1, 0, 0, 0, 0, 0)", SECCOMP, {"EPERM"}),
    "use kernel keys": ("told = call(250, 0, -3, 0)", SECCOMP, {"EPERM"}),
    "load a kernel program": ("told = call(321, 0, 0, 0)", SECCOMP, {"EPERM"}),
    "go around the filter": ("told = call(425, 8, ctypes.create_string_buffer(256))", SECCOMP, {"EPERM"}),
    "open files by handle": ("told = call(304, -100, 0, 0)", SECCOMP, {"EPERM"}),
    "inject keys into a terminal": ("import fcntl; fcntl.ioctl(0, 0x5412, b'x')", SECCOMP, {"EPERM"}),
    "set the clock": ("told = call(227, 0, 0)", SECCOMP, {"EPERM"}),
    "become root": ("os.setuid(0)", CAPABILITIES, {"EPERM", "EINVAL"}),
    "have a capability": ("told = 'none' if all(int(l.split()[1], 16) == 0 for l in open('/proc/self/status')"
                          " if l.startswith('Cap')) else 'passed'", CAPABILITIES, {"none"}),
    "gain rights by running a program": ("told = 'none' if 'NoNewPrivs:\\t1' in open('/proc/self/status').read() else 'passed'",
                                         "no new privileges", {"none"}),
    "use inherited descriptors": ("told = 'none' if all('socket' not in t or t == OWN for t in [os.readlink('/proc/self/fd/' + f)"
                                  " for f in os.listdir('/proc/self/fd') if os.path.lexists('/proc/self/fd/' + f)]) else 'passed'",
                                  "closed descriptors", {"none"}),
}  # fmt: skip
DESKTOP_ONLY: dict[str, tuple[str, str, set[str]]] = {
    "read the desk's memory": ("open('/proc/2/mem', 'rb').read(1)", "not dumpable", DENIED),
    "use the desk's descriptors": ("os.listdir('/proc/2/fd')", "not dumpable", DENIED),
    "hard link to a file of the system": ("os.link('/usr/bin/env', HOME + '/env')", MOUNTS, {"EXDEV", "EPERM"}),
}
SKILL_ONLY: dict[str, tuple[str, str, set[str]]] = {
    "read the home": ("os.listdir('/home')", MOUNTS, GONE),
    "reach the desktop's display": ("socket.socket(1).connect('/tmp/.X11-unix/X9')", "seccomp", {"EAFNOSUPPORT"}),
    "reach the desktop's message bus": ("socket.socket(1).connect('/run/user/bus')", "seccomp", {"EAFNOSUPPORT"}),
    "run a shell": ("os.execv('/bin/sh', ['sh'])", MOUNTS, GONE),
    "open any socket": ("socket.socket(1)", SECCOMP, {"EAFNOSUPPORT"}),
}


@pytest.fixture(scope="module")
def targets() -> Iterator[dict[str, object]]:
    """Real things on this machine that an escape would reach."""
    folder = Path(tempfile.mkdtemp(prefix="journeyman-test-"))  # the path of a socket must be short
    (folder / "secret").write_text("x")
    server, abstract, path = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    server.bind(("127.0.0.1", 0))
    abstract.bind(f"\0journeyman-test-{os.getpid()}")
    path.bind(str(folder / "socket"))
    for each in (server, abstract, path):
        each.listen()
    yield {
        "SECRET": str(folder / "secret"),
        "SOCKET": str(folder / "socket"),
        "ABSTRACT": f"journeyman-test-{os.getpid()}",
        "PORT": server.getsockname()[1],
        "PID": os.getpid(),
        "HOME": HOME,
    }
    for each in (server, abstract, path):
        each.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk(DeskSettings(home_mb=16), {})
    desk.furnish()
    yield desk
    desk.close()


def in_the_desktop(desk: Desk, script: str) -> object:
    """What a program on the desktop writes into the home as out.json."""
    desk.ask("start", program="test", command=[stage.interpreter().command, "-I", "-S", "-c", script], environment={})
    deadline = time.monotonic() + 60
    while not [each for each in desk.ask("ended") if each["program"] == "test"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return json.loads(home.read(desk.home, "out.json"))


WRITE = f"\nopen('{HOME}/out.json', 'w').write(json.dumps(told))"


@pytest.fixture(scope="module")
def from_the_desktop(desk: Desk, targets: dict[str, object]) -> object:
    cases = {name: code for name, (code, _, _) in {**CASES, **DESKTOP_ONLY}.items()}
    names = f"globals().update({ {**targets, 'OWN': ''}!r})\n"
    return in_the_desktop(desk, f"{CALLS}{names}{CALL}\ntold = {{k: attempt(c) for k, c in {cases!r}.items()}}{WRITE}")


@pytest.fixture(scope="module")
def from_a_skill(targets: dict[str, object]) -> object:
    cases = {name: code for name, (code, _, _) in {**CASES, **SKILL_ONLY}.items()}
    own = (
        "globals()['OWN'] = next(t for t in [os.readlink(f'/proc/self/fd/{f}') for f in range(3, 64)"
        " if os.path.lexists(f'/proc/self/fd/{f}')] if 'socket' in t)"
    )
    source = (
        f"{CALLS}globals().update({targets!r})\n{own}\n{CALL}\n"
        f"def main() -> dict:\n    return {{k: attempt(c) for k, c in {cases!r}.items()}}\n"
    )
    return told_by(source).value


def told_by(source: str, limits: Limits | None = None) -> skill_box.Ending:
    """How a program ends in the skill's box, with a primitive `echo` that gives back its argument."""
    program = Program((Module("new", "main", source),), "new")
    limits = limits or Limits(seconds=30, cpu_seconds=1, memory_mb=64)
    spans = Spans((), dict, int, int)
    return skill_box.run(program, limits, ["echo"], lambda name, args, kwargs, module, line: {"value": args[0]}, spans)


@pytest.mark.parametrize("name", [*CASES, *DESKTOP_ONLY])
def test_nothing_leads_out_of_the_desktop(from_the_desktop: dict[str, str], name: str) -> None:
    _, layer, expected = {**CASES, **DESKTOP_ONLY}[name]
    assert from_the_desktop[name] in expected, f"to be stopped by {layer}"


@pytest.mark.parametrize("name", [*CASES, *SKILL_ONLY])
def test_nothing_leads_out_of_a_skill(from_a_skill: dict[str, str], name: str) -> None:
    _, layer, expected = {**CASES, **SKILL_ONLY}[name]
    # A skill is shown less than the desktop: what is read-only there may not exist here.
    assert from_a_skill[name] in expected | (GONE if layer == READ_ONLY else set()), f"to be stopped by {layer}"


def test_every_socket_family_but_the_four_is_closed_on_the_desktop(desk: Desk) -> None:
    script = (
        f"{CALLS}{CALL}\ntold = [f for f in range(64) if attempt(f'socket.socket({{f}}, 2).close()') != 'EAFNOSUPPORT']"
    )
    told = in_the_desktop(desk, script + WRITE)
    assert isinstance(told, list)
    assert set(told) <= {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}


def test_a_fork_bomb_stops_at_the_cap_and_the_desktop_lives(desk: Desk) -> None:
    bomb = (
        "\nimport signal\nchildren = []\ntry:\n    while len(children) < 5000:\n        pid = os.fork()\n"
        "        if pid == 0:\n            signal.pause()\n        children.append(pid)\nexcept OSError:\n    pass\n"
        "told = len(children)\nfor pid in children:\n    os.kill(pid, 9)\n"
    )
    assert 10 < int(str(in_the_desktop(desk, CALLS + bomb + WRITE))) <= desk.box.spec.caps.processes
    assert desk.ask("windows") == []


def test_a_memory_bomb_ends_alone_and_the_desktop_lives(desk: Desk) -> None:
    cap = desk.box.spec.caps.memory_mb
    bomb = (
        f"\nheld = []\ntry:\n    while len(held) < {cap}:\n        held.append(bytearray(1 << 20))\n"
        "    told = 'passed'\nexcept MemoryError:\n    told = 'MemoryError'\n"
    )
    desk.ask("start", program="bomb", command=[stage.interpreter().command, "-c", CALLS + bomb + WRITE], environment={})
    ended: list[dict[str, object]] = []
    while not ended:
        ended = [each for each in desk.ask("ended") if each["program"] == "bomb"]
        time.sleep(0.05)
    killed = ended[0]["status"] == -9
    assert killed or json.loads(home.read(desk.home, "out.json")) == "MemoryError"
    assert desk.ask("windows") == []


@pytest.mark.parametrize("folder", [HOME, "/tmp", "/dev/shm", "/run/user", "/var/tmp"])
def test_no_folder_can_be_filled_beyond_its_size(desk: Desk, folder: str) -> None:
    fill = (
        f"\nsize = 0\ntry:\n    with open('{folder}/fill', 'wb') as file:\n        while size < 1 << 30:\n"
        "            size += file.write(bytes(1 << 20))\nexcept OSError as error:\n    told = errno.errorcode[error.errno]\n"
        f"finally:\n    os.remove('{folder}/fill')\n"
    )
    assert in_the_desktop(desk, CALLS + fill + WRITE) in ("ENOSPC", "EFBIG")


def test_planted_links_and_pipes_lead_a_reader_nowhere(desk: Desk, targets: dict[str, object]) -> None:
    plant = f"""
os.chdir('{HOME}')
os.symlink({str(targets["SECRET"])!r}, 'link.txt')
os.symlink('/etc', 'folder')
os.symlink('/proc/self/root', 'magic')
os.mkfifo('pipe.txt')
open('huge.txt', 'wb').truncate(200 << 20)
told = sorted(os.listdir('.'))
"""
    assert {"link.txt", "folder", "magic", "pipe.txt"} <= set(in_the_desktop(desk, CALLS + plant + WRITE))  # type: ignore[call-overload]
    for path, expected in {
        "link.txt": errno.ELOOP,
        "folder/hostname": errno.ELOOP,
        "magic/etc/hostname": errno.ELOOP,
        "pipe.txt": errno.EINVAL,
        "huge.txt": errno.EFBIG,
        "../../etc/hostname": errno.EXDEV,
        "/etc/hostname": errno.EXDEV,
    }.items():
        with pytest.raises(OSError, match=r".*") as caught:
            home.read(desk.home, path)
        assert caught.value.errno == expected, path
    tree = home.tree(desk.home)
    assert (tree["link.txt"]["kind"], tree["pipe.txt"]["kind"], tree["folder"]["kind"]) == ("link", "other", "link")
    assert "folder/hostname" not in tree
    with tarfile.open(fileobj=io.BytesIO(home.archive(desk.home))) as archive:
        saved = {member.name: member for member in archive}
    assert saved["link.txt"].issym(), "a link is saved as a link, never as what it leads to"
    assert "pipe.txt" not in saved


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", f"{HOME}/../x", "~root/x/..", "a\0b"])
def test_a_skill_cannot_name_a_path_outside_the_home(path: str) -> None:
    with pytest.raises(DeskRefused, match="not in the home"):
        home.relative(path)


def test_paths_of_the_home_are_understood_in_every_form() -> None:
    assert {home.relative(path) for path in ("a/b.txt", "./a//b.txt", "~/a/b.txt", f"{HOME}/a/b.txt")} == {"a/b.txt"}


ENDINGS = {
    "a loop without end": ("while True: pass", "endless_loop"),
    "a loop that catches its own end": ("while True:\n        try:\n            sum(range(10**6))\n        except BaseException:\n            pass",
                                        "endless_loop"),
    "sleep without end": ("import time; time.sleep(100)", "timeout"),
    "questions without end": ("while True: echo(1)", "timeout"),
    "a memory bomb": ("held = []\n    while True: held.append(bytearray(1 << 20))", "out_of_memory"),
    "a crash": ("import ctypes; ctypes.string_at(0)", "died"),
    "a quiet exit": ("import os; os._exit(0)", "died"),
    "an exit": ("raise SystemExit(3)", "threw"),
    "recursion without end": ("f = lambda: f() + 1\n    return f()", "threw"),
    "a value that is no JSON": ("return {1, 2}", "threw"),
    "nonsense on the channel": ("import os\n    for f in range(3, 64):\n        try: os.write(f, b'nonsense\\n')\n        except OSError: pass\n"
                                "    echo(1)", "died"),
    "an answer that is nested too deeply": ("v = 1\n    for _ in range(950): v = [v]\n    return v", "died"),
    "a forged answer": ("return 1", "returned"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_of_a_program_is_typed(name: str) -> None:
    body, outcome = ENDINGS[name]
    ending = told_by(f"def main() -> int:\n    {body}\n", Limits(seconds=4, cpu_seconds=0.5, memory_mb=32))
    assert ending.outcome == outcome, (ending.error, ending.value)
    assert (ending.error is None) == (outcome == "returned")


def test_what_no_table_can_hold_is_marked_where_a_skill_says_it() -> None:
    ending = told_by(
        "def main() -> Any:\n    print('\\ud83d')\n"
        "    return {'\\udc00': ['\\ud83d\\ude00', '\\ud83d', float('nan'), float('inf')]}\n"
    )
    assert (ending.value, ending.said) == ({"\ufffd": ["😀", "\ufffd", None, None]}, ["\ufffd"])


def test_a_link_that_is_no_utf_8_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(os.fsdecode(b"caf\xe9"))
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert home.tree(descriptor) == {"way": {"kind": "link", "target": "caf\\xe9"}}
    finally:
        os.close(descriptor)


def test_processes_of_a_skill_are_few() -> None:
    bomb = (
        "import os, signal\n    n = 0\n    try:\n        while n < 500:\n            if os.fork() == 0: signal.pause()\n"
        "            n += 1\n    except OSError: pass\n    return n"
    )
    ending = told_by(f"def main() -> int:\n    {bomb}\n")
    assert ending.outcome == "returned"
    assert ending.value < 30
