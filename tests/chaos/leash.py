"""Cleans up after a scenario when its standard input closes, even if the scenario crashed.

    leash.py FOLDER

Reads lines `start PID SIGNAL`, `ended PID` and `mounted PATH`. At the end it sends each process its signal, kills the
rest of its process group, unmounts the file systems and removes the folder."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

# Seconds that a process may take to exit after its signal.
PATIENCE = 5


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    running, mounts = {}, []
    for line in sys.stdin:
        what, rest = line.rstrip("\n").split(" ", 1)
        if what == "start":
            pid, number = map(int, rest.split())
            running[pid] = number
        elif what == "ended":
            running.pop(int(rest), None)
        elif what == "mounted":
            mounts.append(rest)
    for pid, number in running.items():
        send(os.kill, pid, number)
    give_up = time.monotonic() + PATIENCE
    while any(map(is_running, running)) and time.monotonic() < give_up:
        time.sleep(0.02)
    for pid in running:
        send(os.killpg, pid, signal.SIGKILL)
    for path in mounts:
        subprocess.run(["umount", "-l", path], check=False)
    shutil.rmtree(sys.argv[1], ignore_errors=True)


def send(how, pid, number):
    try:
        how(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def is_running(pid):
    """Whether a process runs. A zombie does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main()
