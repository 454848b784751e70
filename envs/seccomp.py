"""The filter of system calls that every box of ours starts under, as a program for `bwrap --seccomp`.

Namespaces decide what can be seen; this decides what the kernel will still do. Two promises matter most: sockets only
of the families that a box needs (a vsock reaches past every namespace), and no namespaces, mounts, tracing or kernel
keys, which otherwise succeed inside nested user namespaces. Made with libseccomp, which is part of every Debian system
(apt uses it). Knows nothing of boxes; makes the program, no more.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from collections.abc import Iterable
from functools import cache

DESKTOP_SOCKETS = frozenset({socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK})
"""What programs with windows need; their network namespace is empty all the same."""
NO_SOCKETS: frozenset[int] = frozenset()
"""A box that only talks over what it inherited."""

FAMILIES = 64
"""Socket families are small numbers; Linux 6 knows 46."""
CLONE_NEWUSER = 0x10000000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C

_FORBIDDEN = {
    "other processes": "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd perf_event_open userfaultfd",
    "mounts": "mount umount umount2 move_mount open_tree fsopen fsconfig fsmount fspick pivot_root chroot "
    "mount_setattr",
    "namespaces": "setns unshare",
    "kernel keys": "keyctl add_key request_key",
    "the kernel itself": "bpf kexec_load kexec_file_load init_module finit_module delete_module reboot syslog acct "
    "swapon swapoff quotactl nfsservctl lookup_dcookie iopl ioperm",
    "clocks and names": "settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname vhangup",
    "calls that go around this filter": "io_uring_setup io_uring_enter io_uring_register",
    "files without their path": "open_by_handle_at name_to_handle_at",
    "old holes": "vmsplice",
}
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7


class SeccompUnavailable(Exception):
    """libseccomp is not there, or refused to make the filter; the message says what mends it."""


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


@cache
def program(sockets: frozenset[int]) -> bytes:
    """The BPF program that allows sockets of these families only and forbids what no box needs."""
    library = _library()
    context = library.seccomp_init(_ALLOW)

    def deny(call: str, error: int, *conditions: tuple[int, int, int, int]) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # not a call of this machine
        comparisons = (_Comparison * max(1, len(conditions)))(*(_Comparison(*each) for each in conditions))
        result = library.seccomp_rule_add_array(context, _ERRNO | error, number, len(conditions), comparisons)
        if result < 0:
            raise SeccompUnavailable(f"libseccomp refuses the rule for {call} (error {-result}): update libseccomp2")

    try:
        for calls in _FORBIDDEN.values():
            for call in calls.split():
                deny(call, errno.EPERM)
        deny("clone", errno.EPERM, (0, _MASKED_EQUAL, CLONE_NEWUSER, CLONE_NEWUSER))
        deny("clone3", errno.ENOSYS)  # its flags lie in memory, out of sight; the C library falls back to clone
        for request in (TIOCSTI, TIOCLINUX):
            deny("ioctl", errno.EPERM, (1, _MASKED_EQUAL, 0xFFFFFFFF, request))
        for family in _others(sockets):
            deny("socket", errno.EAFNOSUPPORT, (0, _MASKED_EQUAL, 0xFFFFFFFF, family))
        return _export(library, context)
    finally:
        library.seccomp_release(context)


def _others(allowed: Iterable[int]) -> list[int]:
    return [family for family in range(FAMILIES) if family not in set(allowed)]


def _export(library: ctypes.CDLL, context: int) -> bytes:
    descriptor = os.memfd_create("seccomp")
    try:
        if library.seccomp_export_bpf(context, descriptor) != 0:
            raise SeccompUnavailable("libseccomp could not write its filter: update libseccomp2")
        os.lseek(descriptor, 0, os.SEEK_SET)
        return os.read(descriptor, 1 << 20)
    finally:
        os.close(descriptor)


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError as error:
        raise SeccompUnavailable("libseccomp is not installed: run sudo apt-get install libseccomp2") from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Comparison),
    ]
    library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return library
