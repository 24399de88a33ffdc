"""A PostgreSQL server of the tests' own: a fresh cluster on a socket in its folder, gone after.

PostgreSQL refuses to run as root, so that root starts it as the user `postgres`, whom Debian's
package makes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

CONFIG = """
listen_addresses = ''
shared_buffers = 64MB
max_connections = 40
log_min_messages = fatal
"""


def binaries():
    """The folder with initdb, or None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _command(*args):
    as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    return [*as_other, *map(str, args)]


class Server:
    def __init__(self, folder, extra=""):
        self.folder = folder
        self.data = folder / "data"
        self._bin = binaries()
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run(
            _command(self._bin / "initdb", "-D", self.data, "-U", "till", "-A", "trust", "-N"),
            check=True,
            capture_output=True,
            cwd="/",
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{CONFIG}unix_socket_directories = '{folder}'\n{extra}\n")
        self.start()

    @property
    def url(self):
        return f"postgresql://till@/postgres?host={self.folder}"

    def start(self):
        subprocess.run(
            _command(self._bin / "pg_ctl", "-D", self.data, "-w", "-s", "start", "-l", "/dev/null"),
            check=True,
            cwd="/",
        )

    def stop(self):
        subprocess.run(
            _command(self._bin / "pg_ctl", "-D", self.data, "-m", "immediate", "-s", "stop"),
            check=False,
            capture_output=True,
            cwd="/",
        )

    def kill(self):
        """As a power cut would, for the processes: nothing is shut down."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        # the kernel takes the processes away a moment later; until then a start is refused
        while any(_is_alive(each) for each in (pid, *map(int, children))):
            time.sleep(0.01)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for socket in self.folder.glob(".s.PGSQL.*"):
            socket.unlink()


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def running(extra=""):
    # a socket's path may have 107 characters at most, fewer than a test's own folder has
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    server = Server(folder, extra)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
