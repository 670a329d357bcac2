"""The servers of a scenario: the program, PostgreSQL, HAProxy and PgBouncer, each on a free loopback port and with its
files in one folder. `leash.py` stops all of them when the scenario ends, even after a crash."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# The maximum number of connections of one node to PostgreSQL; `CONNECTIONS` of the store.
POOL = 8


class Failure(Exception):
    """A scenario cannot go on."""


class Missing(Exception):
    """This machine lacks a program or a right that a scenario needs."""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until(what, condition, seconds):
    """Waits for a condition and returns the seconds that it took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - begun


class Lab:
    """The folder of a scenario, and the process that cleans up after it."""

    def __init__(self, program):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorward-chaos-"))
        self.folder.chmod(0o711)
        self.leash = subprocess.Popen(
            [sys.executable, HERE / "leash.py", self.folder], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leash.stdin.close()
        self.leash.wait()

    def tell(self, line):
        self.leash.stdin.write(line + "\n")
        self.leash.stdin.flush()

    def own_folder(self, name, user):
        folder = self.folder / name
        folder.mkdir()
        if user:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        return folder

    def start(self, command, log, user=None, env=None, ends_with=signal.SIGKILL):
        """Starts a process in its own group. The leash ends it with this signal."""
        with open(self.folder / log, "ab") as output:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **as_user(user),
            )
        self.tell(f"start {process.pid} {int(ends_with)}")
        return process

    def end(self, process, number):
        """Ends a process and returns its status."""
        process.send_signal(number)
        status = process.wait(timeout=20)
        self.tell(f"ended {process.pid}")
        return status

    def log(self, name):
        return (self.folder / name).read_text(errors="replace")

    def tmpfs(self, size):
        """Mounts a file system of this size in memory. Needs root."""
        folder = self.own_folder("tmpfs", None)
        self.mount(folder, "-t", "tmpfs", "-o", f"size={size}", "doorward-chaos")
        return folder

    def disk(self, size):
        """Makes a disk of this size in a file and mounts it; returns the file and the mount point. Needs root."""
        image, folder = self.folder / "disk.img", self.own_folder("disk", None)
        with open(image, "wb") as file:
            file.truncate(size)
        subprocess.run([installed("mkfs.ext4"), "-q", image], check=True)
        self.mount(folder, "-o", "loop", image)
        return image, folder

    def mount(self, folder, *words):
        """Mounts a file system until the end of the scenario."""
        if os.geteuid() != 0:
            raise Missing("only root can mount a file system")
        mounted = subprocess.run(["mount", *words, folder], capture_output=True, text=True)
        if mounted.returncode:
            raise Missing(f"cannot mount: {mounted.stderr.strip()}")
        self.tell(f"mounted {folder}")


def unprivileged_user():
    """The user for servers that refuse to run as root; None if this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
            return name
        except KeyError:
            continue
    raise Missing("there is no user postgres or nobody to run servers as")


def as_user(name):
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []} if name else {}


def installed(name):
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not path:
        raise Missing(f"{name} is not installed")
    return path


class Node:
    """The program. It keeps its port when it is restarted."""

    def __init__(self, lab, name, store, **settings):
        self.lab, self.name, self.store, self.settings = lab, name, store, settings
        self.port = free_port()
        self.process = None

    def launch(self):
        self.process = self.lab.start(
            [self.lab.program],
            f"{self.name}.log",
            env={
                "DATABASE_URL": self.store,
                "DOORWARD_LISTEN": f"127.0.0.1:{self.port}",
                # No throttle and cheap hashes: the scenarios test the store.
                "DOORWARD_THROTTLE": "off",
                "DOORWARD_ARGON2_MEMORY_KIB": "8",
                "DOORWARD_ARGON2_ITERATIONS": "1",
                "DOORWARD_LOG": "warn",
                **self.settings,
            },
        )

    def start(self):
        self.launch()
        wait_until(f"{self.name} listens", self.listens, 15)
        return self

    def listens(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended with {self.process.returncode}:\n{self.lab.log(self.name + '.log')}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def kill(self):
        self.lab.end(self.process, signal.SIGKILL)

    def stop(self):
        """Stops the node with SIGTERM and returns its exit status."""
        return self.lab.end(self.process, signal.SIGTERM)

    def panicked(self):
        return "panicked" in self.lab.log(f"{self.name}.log")


class Postgres:
    """A PostgreSQL server with a database `doorward`, whose owner `doorward` is no superuser."""

    def __init__(self, lab, name="postgres", copy_of=None, **settings):
        self.lab, self.name, self.settings = lab, name, settings
        self.programs = postgres_programs()
        self.user = unprivileged_user()
        self.port = free_port()
        self.process = None
        folder = lab.own_folder(name, self.user)
        self.data = folder / "data"
        if copy_of:
            self.run(
                ["pg_basebackup", *copy_of.address(), "-U", "postgres", "-D", self.data, "-R", "-c", "fast", "--no-sync"]
            )
            self.start()
        else:
            self.run(["initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
            self.start()
            self.sql("CREATE ROLE doorward LOGIN", database="postgres")
            self.sql("CREATE DATABASE doorward OWNER doorward", database="postgres")

    def address(self):
        return ["-h", "127.0.0.1", "-p", str(self.port)]

    def url(self, node, port=None):
        return f"postgres://doorward@127.0.0.1:{port or self.port}/doorward?application_name={node}&sslmode=disable"

    def run(self, command):
        command = [self.programs / command[0], *command[1:]]
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.lab.folder,
            capture_output=True,
            text=True,
            timeout=30,
            **as_user(self.user),
        )
        if done.returncode:
            raise Failure(f"{command[0].name}: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self):
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 60, **self.settings}
        self.process = self.lab.start(
            [self.programs / "postgres", "-D", self.data, "-p", self.port]
            + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")],
            f"{self.name}.log",
            user=self.user,
            # An immediate shutdown, since the processes of its connections are in groups of their own.
            ends_with=signal.SIGQUIT,
        )
        wait_until(f"{self.name} is up", self.is_up, 20)

    def is_up(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended:\n{self.lab.log(self.name + '.log')}")
        return not subprocess.run([self.programs / "pg_isready", "-q", *self.address()]).returncode

    def stop(self, mode):
        self.lab.end(self.process, {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])

    def kill(self):
        """Kills the server and all its processes at once, like a power failure."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        self.process.send_signal(signal.SIGSTOP)
        for child in children.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.lab.end(self.process, signal.SIGKILL)

    def sql(self, statement, database="doorward", user="postgres"):
        return self.run(
            ["psql", *self.address(), "-U", user, "-d", database, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", statement]
        )

    def hold(self, statement):
        """Runs a statement in the background."""
        psql = self.programs / "psql"
        command = [psql, *self.address(), "-U", "postgres", "-d", "doorward", "-AtqX", "-c", statement]
        return self.lab.start(command, "psql.log")

    def connections(self, node):
        return int(self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{node}'"))


def postgres_programs():
    """The folder of PostgreSQL's programs: on the path, or where Debian keeps each version."""
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    needed = ("initdb", "postgres", "pg_basebackup", "pg_ctl", "pg_isready", "psql")
    for folder in [*map(pathlib.Path, os.get_exec_path()), *versions]:
        if all(os.access(folder / name, os.X_OK) for name in needed):
            return folder
    raise Missing("PostgreSQL is not installed")


class HaProxy:
    """HAProxy in front of several PostgreSQL servers. It passes connections to the one that can write."""

    # HAProxy passes its own address and port, then those of the server to check.
    CHECK = """#!/bin/sh
answer=$(PGCONNECT_TIMEOUT=2 psql -h "$3" -p "$4" -U doorward -d doorward -AtqX -c 'SELECT pg_is_in_recovery()')
test "$answer" = f
"""

    CONFIGURATION = """global
    external-check
    insecure-fork-wanted

defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout check 3s

listen postgres
    bind 127.0.0.1:{port}
    option external-check
    external-check path "{path}"
    external-check command {check}
    default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
"""

    def __init__(self, lab, servers):
        program = installed("haproxy")
        user = unprivileged_user()
        self.port = free_port()
        folder = lab.own_folder("haproxy", user)
        check = folder / "writable.sh"
        check.write_text(self.CHECK)
        check.chmod(0o755)
        path = f"{servers[0].programs}:/usr/bin:/bin"
        lines = [f"    server {server.name} 127.0.0.1:{server.port}\n" for server in servers]
        configuration = folder / "haproxy.cfg"
        configuration.write_text(self.CONFIGURATION.format(port=self.port, path=path, check=check) + "".join(lines))
        lab.start([program, "-db", "-f", configuration], "haproxy.log", user=user)
        wait_until("HAProxy finds the writable server", lambda: "is DOWN" in lab.log("haproxy.log"), 10)


class PgBouncer:
    """PgBouncer in front of PostgreSQL, with fewer connections than the nodes open together."""

    CONFIGURATION = """[databases]
doorward = host=127.0.0.1 port={server} dbname=doorward

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = {mode}
default_pool_size = {size}
server_login_retry = 2
{more}
"""

    def __init__(self, lab, server, mode, size, more=""):
        program = installed("pgbouncer")
        user = unprivileged_user()
        self.port = free_port()
        folder = lab.own_folder(f"pgbouncer-{self.port}", user)
        users = folder / "users.txt"
        users.write_text('"doorward" ""\n')
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            self.CONFIGURATION.format(port=self.port, server=server.port, users=users, mode=mode, size=size, more=more)
        )
        self.process = lab.start([program, configuration], f"pgbouncer-{mode}.log", user=user)

        def is_up():
            if self.process.poll() is not None:
                raise Failure(f"PgBouncer ended:\n{lab.log(f'pgbouncer-{mode}.log')}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            except OSError:
                return False

        wait_until("PgBouncer is up", is_up, 10)

    @staticmethod
    def version():
        said = subprocess.run([installed("pgbouncer"), "--version"], capture_output=True, text=True)
        return said.stdout.split("\n")[0]

    @classmethod
    def keeps_statements_apart(cls):
        """Whether this version supports `max_prepared_statements`."""
        return tuple(map(int, cls.version().split()[1].split("."))) >= (1, 21)


def body_of(data):
    try:
        return json.loads(data)
    except ValueError:
        return {}
