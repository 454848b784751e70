"""The program inside the box: start everything, then answer JSON lines until the channel closes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

from .desk import Desk
from .services import VNC_SOCKET, guard, start_services
from .view import hand_out
from .wire import serve


def main() -> None:
    """Take over the inherited channel, start the desktop, hand the home's descriptor out, serve; then end everything.

    Nothing outlives the channel, also if whoever held its other end was killed while the box came up.
    """
    channel = socket.socket(fileno=int(os.environ.pop("DESK_CHANNEL")))
    view = socket.socket(fileno=int(os.environ.pop("DESK_VIEW")))
    for each in (channel, view):
        each.set_inheritable(False)
    archive = int(os.environ.pop("DESK_HOME_ARCHIVE"))
    os.set_inheritable(archive, False)
    try:
        guard()
        services = start_services(server=os.environ.pop("DESK_SERVER"), size=os.environ.pop("DESK_SIZE"))
        desk = Desk(services, archive)
        hand_out(view, VNC_SOCKET)
        home = os.open(os.environ["HOME"], os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        socket.send_fds(channel, [b"+"], [home])
        os.close(home)
        serve(channel, desk.answer)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all but this process and the first one of the box


main()
