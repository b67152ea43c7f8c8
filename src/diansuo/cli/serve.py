"""``diansuo serve``: the workbench and, as a supervised child, the worker that runs long work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Annotated

import typer

from diansuo.cli import office
from diansuo.cli.say import Failure, say, t, warn

WAKE_SECONDS = 10.0
RESTART_SECONDS = 2.0

Host = Annotated[str, typer.Option("--host", help=t("监听地址", "address to listen on"))]
Port = Annotated[int, typer.Option("--port", help=t("端口", "port"))]


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the workbench."""
    office.wake()
    _require_safe(host)
    start(host, port)


serve.__doc__ = t(
    "启动工作台（含后台作业）。例：diansuo serve --port 8123",
    "Serve the workbench and its worker. Example: diansuo serve --port 8123",
)


def _require_safe(host: str) -> None:
    """Refuse to serve a real station with insecure settings; a demonstration holds nobody's data.

    Raises:
        Failure: everything that is insecure, each with what to set.
    """
    from django.conf import settings

    from diansuo.office.config import safety

    if settings.DEMO:
        return
    found = safety.dangers(
        secret_key=settings.SECRET_KEY,
        key_file=settings.HOME.folder / "secret.key",
        allowed_hosts=settings.ALLOWED_HOSTS,
        debug=settings.DEBUG,
    ) + safety.dangers_of_listening(host, settings.HOME.https)
    if found:
        listed = "".join(f"\n- {each}" for each in found)
        raise Failure(t(f"设置不安全，不启动：{listed}", f"not started, the settings are insecure:{listed}"))


def start(host: str, port: int) -> None:
    """Serve until stopped; Django is awake already.

    Raises:
        Failure: the port is taken.
    """
    import waitress

    from diansuo.office.config.wsgi import application

    listener = _listen(host, port)
    stopping = threading.Event()
    supervisor = threading.Thread(
        target=_supervise_worker, args=(stopping,), name="worker-supervisor", daemon=True
    )
    supervisor.start()
    # waitress ends on SystemExit; a plain `kill` must end the worker as well.
    signal.signal(signal.SIGTERM, _leave)
    say(
        t(
            f"工作台已启动：http://{host}:{port}/ （Ctrl+C 停止）",
            f"Workbench: http://{host}:{port}/ (Ctrl+C stops it)",
        )
    )
    try:
        waitress.serve(application, sockets=[listener], threads=8, ident="diansuo")
    finally:
        stopping.set()
        supervisor.join(timeout=15)


def worker() -> None:
    """Run long work as the queue wakes it, and take up what a dead worker left behind."""
    office.wake(migrate=False)
    from django.core.management import call_command
    from django.db import close_old_connections
    from django.utils import timezone

    from diansuo.office.base import tasks
    from diansuo.office.base.imports import housekeeping
    from diansuo.office.metering import lake

    def wake_forgotten() -> None:
        pause = threading.Event()
        while not pause.wait(WAKE_SECONDS):
            close_old_connections()
            tasks.wake_forgotten(timezone.now())

    lake.sweep(timezone.now())
    housekeeping.sweep(timezone.now())
    tasks.wake_forgotten(timezone.now())
    threading.Thread(target=wake_forgotten, name="wake-forgotten", daemon=True).start()
    call_command("db_worker", interval=0.5, startup_delay=False, verbosity=0, reload=False)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as problem:
        raise Failure(
            t(
                f"{host}:{port} 不能监听（{problem}）；用 --port 换一个端口",
                f"cannot listen on {host}:{port} ({problem}); choose another --port",
            )
        ) from problem
    return listener


def _supervise_worker(stopping: threading.Event) -> None:
    """Keep one worker alive until the server stops."""
    while not stopping.is_set():
        child = subprocess.Popen([sys.executable, "-m", "diansuo", "worker"])
        while child.poll() is None and not stopping.wait(0.5):
            pass
        if stopping.is_set():
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
            child.kill()
            return
        warn(
            t(
                f"后台作业进程退出（{child.returncode}），重新启动",
                f"the worker ended ({child.returncode}); restarting it",
            )
        )
        stopping.wait(RESTART_SECONDS)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
