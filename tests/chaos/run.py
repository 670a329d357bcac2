"""Breaks the program, its store or its disk while users sign up, and checks every acknowledged sign-up afterwards.

    run.py PROGRAM [SCENARIO…]

Runs all scenarios if none is named. Exits with 0 if no acknowledged sign-up is lost and every expectation held.
Scenarios for which this machine lacks a program or a right are skipped and named in the last line."""

import argparse
import contextlib
import os
import pathlib
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import traceback

from load import Client, Load, orphans
from servers import POOL, Failure, HaProxy, Lab, Missing, Node, PgBouncer, Postgres, wait_until

# The time limit of a scenario, in seconds.
BOUND = 60

# The longest response while PostgreSQL is away, in seconds. A call takes 5 s at most, including the wait for a
# connection; the rest is for a busy machine.
AWAY = 6.5

# Seconds after the return of the store within which every node must work again.
SOON = 2

# The same behind PgBouncer, which retries its server after 2 s (`server_login_retry`).
PGBOUNCER_SOON = 4

GOOD = {"200", "201"}
AWAY_OR_GOOD = GOOD | {"503 unavailable"}


class Report:
    def __init__(self):
        self.failures = []

    def say(self, line):
        print(f"  {line}", flush=True)

    def expect(self, holds, what):
        if not holds:
            self.fail([what])

    def fail(self, lines):
        for line in lines:
            self.failures.append(line)
            self.say(f"FAILED: {line}")

    def conclude(self, load, ask):
        """Stops the load, checks every acknowledged sign-up, and stops the nodes with SIGTERM."""
        load.stop()
        tally, slowest = load.tally(load.answers), load.slowest(load.answers)
        self.say(f"{len(load.answers)} requests: {tally}; slowest {slowest:.2f} s")
        begun = time.monotonic()
        self.fail(load.check())
        self.fail(orphans(ask, len(load.acknowledged)))
        count = len(load.acknowledged)
        self.say(f"{count} acknowledged sign-ups checked in {time.monotonic() - begun:.1f} s")
        self.expect(count > 0, "no sign-up was acknowledged, so nothing was tested")
        for node in load.nodes:
            status = node.stop()
            self.expect(status == 0, f"{node.name} exited with {status} after SIGTERM")


def ask_sqlite(path):
    def ask(query):
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
            return connection.execute(query).fetchone()[0]

    return ask


def kill_sqlite(lab, report):
    """kill -9 of the server on an SQLite file, 50 times in the middle of sign-ups"""
    path = lab.folder / "doorward.db"
    node = Node(lab, "node", f"sqlite:{path}").start()
    kills, cut = 50, 0
    with Load([node]) as load:
        for _ in range(kills):
            load.acknowledges(1)
            time.sleep(random.uniform(0.01, 0.1))
            before = time.monotonic()
            node.kill()
            node.start()
            # Counts only the requests that were open at the kill, not the connections refused after it.
            cut += sum(answer.outcome == "cut" and answer.begun < before for answer in load.answered_since(before))
        load.acknowledges(20)
        report.say(f"{kills} kills, {cut} open requests that got no response")
        report.fail(load.judge(GOOD | {"cut"}, 6))
        report.conclude(load, ask_sqlite(path))
    finding = ask_sqlite(path)("PRAGMA integrity_check")
    report.expect(finding == "ok", f"the file is damaged: {finding}")


def kill_node(lab, report):
    """kill -9 of one of three nodes on one PostgreSQL, 50 times in turn"""
    postgres = Postgres(lab)
    nodes = [Node(lab, name, postgres.url(name)).start() for name in ("one", "two", "three")]
    kills = 50
    with Load(nodes, threads=6) as load:
        for number in range(kills):
            load.acknowledges(3)
            time.sleep(random.uniform(0.01, 0.1))
            node = nodes[number % len(nodes)]
            node.kill()
            load.acknowledges(3)
            node.start()
        load.resumes(time.monotonic())
        report.say(f"{kills} kills; the other two nodes went on each time")
        report.fail(load.judge(GOOD | {"cut"}, AWAY))
        time.sleep(1)
        expect_no_leak(report, postgres, nodes)
        report.conclude(load, postgres.sql)


def postgres_restart(lab, report):
    """PostgreSQL stopped for 7 seconds and started again, in fast and in immediate mode"""
    postgres = Postgres(lab)
    nodes = [Node(lab, name, postgres.url(name)).start() for name in ("one", "two")]
    with Load(nodes, threads=8) as load:
        load.resumes(time.monotonic())
        for mode in ("fast", "immediate"):
            gone = time.monotonic()
            postgres.stop(mode)
            stopped = time.monotonic()
            time.sleep(1)
            client = Client()
            for node in nodes:
                ready, live = client.ask(node, "GET", "/health/ready"), client.ask(node, "GET", "/health/live")
                report.expect(ready.outcome == "503 unavailable", f"ready says {ready.outcome} without a store")
                report.expect(live.outcome == "200", f"live says {live.outcome} without a store")
            time.sleep(max(0, gone + 7 - time.monotonic()))
            postgres.start()
            back = time.monotonic()
            resumed = load.resumes(back)
            away = [answer for answer in load.between(stopped, back) if answer.ended < back]
            report.fail(load.judge({"503 unavailable"}, AWAY, away))
            report.say(
                f"{mode}: {len(away)} requests without PostgreSQL: {load.tally(away)}, "
                f"slowest {load.slowest(away):.2f} s; "
                f"every node signs up {resumed:.2f} s after its return"
            )
            report.expect(resumed <= SOON, f"resuming took {resumed:.1f} s; the limit is {SOON} s")
            time.sleep(1)
            expect_no_leak(report, postgres, nodes)
        report.fail(load.judge(AWAY_OR_GOOD, AWAY))
        report.conclude(load, postgres.sql)


def expect_no_leak(report, postgres, nodes):
    for node in nodes:
        report.expect(node.process.poll() is None, f"{node.name} exited by itself")
        count = postgres.connections(node.name)
        report.expect(count <= POOL, f"{node.name} has {count} connections, more than the {POOL} of its pool")


def postgres_cuts(lab, report):
    """PostgreSQL connections cut one by one, then all taken by other clients, then every table locked for 8 seconds"""
    postgres = Postgres(lab, max_connections=30)
    nodes = [Node(lab, name, postgres.url(name)).start() for name in ("one", "two")]
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE usename = 'doorward' "
        "AND application_name IN ('one', 'two') ORDER BY random() LIMIT {}) AS unlucky"
    )
    with Load(nodes) as load:
        load.resumes(time.monotonic())

        begun, cuts = time.monotonic(), 0
        while time.monotonic() < begun + 5:
            cuts += int(postgres.sql(cut.format(1)))
            time.sleep(0.03)
        tell_and_resume(report, load, f"{cuts} connections cut one by one", begun)

        with contextlib.ExitStack() as others:
            begun = time.monotonic()
            taken = 0
            while time.monotonic() < begun + 6:
                connection = take_connection(postgres.port)
                if connection:
                    others.callback(connection.close)
                    taken += 1
                else:
                    postgres.sql(cut.format(POOL * 2))
            report.expect(
                any(answer.outcome == "503 unavailable" for answer in load.between(begun, time.monotonic())),
                "other clients took every connection, but no request failed",
            )
        tell_and_resume(report, load, f"all {taken} connections taken by other clients", begun)

        begun = time.monotonic()
        lock = postgres.hold(
            "BEGIN; LOCK TABLE users, user_keys, sessions IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(8); COMMIT"
        )
        lock.wait()
        report.expect(
            any(answer.outcome == "503 unavailable" for answer in load.between(begun, time.monotonic())),
            "every table was locked, but no request failed",
        )
        tell_and_resume(report, load, "every table locked for 8 s", begun)

        time.sleep(2)
        expect_no_leak(report, postgres, nodes)
        report.fail(load.judge(AWAY_OR_GOOD, AWAY))
        report.conclude(load, postgres.sql)


def tell_and_resume(report, load, what, begun, soon=SOON):
    back = time.monotonic()
    resumed = load.resumes(back)
    answers = load.between(begun, back)
    report.say(
        f"{what}: {load.tally(answers)}, slowest {load.slowest(answers):.2f} s; "
        f"every node signs up {resumed:.2f} s afterwards"
    )
    report.expect(resumed <= soon, f"resuming took {resumed:.1f} s; the limit is {soon} s")


def take_connection(port):
    """Opens an idle connection to PostgreSQL; returns None if it is refused."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    words = b"user\0doorward\0database\0doorward\0application_name\0other\0\0"
    connection.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
    # A message is a letter and a length that includes itself. Z means ready for a query, E is an error.
    answers = connection.makefile("rb")
    while (kind := answers.read(1)) not in (b"Z", b"E", b""):
        answers.read(struct.unpack("!i", answers.read(4))[0] - 4)
    if kind == b"Z":
        return connection
    connection.close()
    return None


def failover(lab, report):
    """the primary of two PostgreSQL servers killed, the standby promoted, HAProxy in front"""
    primary = Postgres(lab, "primary")
    standby = Postgres(lab, "standby", copy_of=primary)
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.sql("SELECT pg_reload_conf()")
    synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    wait_until("the standby is synchronous", lambda: primary.sql(synchronous) == "1", 10)
    proxy = HaProxy(lab, [primary, standby])
    nodes = [Node(lab, name, primary.url(name, proxy.port)).start() for name in ("one", "two")]
    with Load(nodes, threads=8) as load:
        load.resumes(time.monotonic())
        time.sleep(2)

        # A commit that no standby has must not be acknowledged, not even by a node that was stopped while its time-out
        # passed.
        gone = time.monotonic()
        standby.stop("fast")
        alone = time.monotonic()
        time.sleep(1)
        nodes[0].process.send_signal(signal.SIGSTOP)
        time.sleep(7)
        nodes[0].process.send_signal(signal.SIGCONT)
        time.sleep(1)
        back = time.monotonic()
        # Sign-ups that were committed before may be answered a little later.
        changes = [
            answer
            for answer in load.answered_since(alone + 0.5)
            if answer.what == "POST /api/signup" and answer.ended < back
        ]
        report.fail(load.judge({"503 unavailable"}, AWAY + 7, changes))
        for node in nodes:
            report.expect(any(answer.node == node.name for answer in changes), f"no sign-up was sent to {node.name}")
        waiting = int(primary.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
        standby.start()
        returned = time.monotonic()
        resumed = load.resumes(returned)
        report.say(
            f"standby away for {returned - gone:.0f} s, one node stopped for 7 s of that: {len(changes)} sign-ups: "
            f"{load.tally(changes)}; {waiting} commits still wait in the server; "
            f"every node signs up {resumed:.2f} s after its return"
        )
        report.expect(resumed <= 5, f"resuming took {resumed:.1f} s; the limit is 5 s")
        time.sleep(2)
        report.fail(load.judge(AWAY_OR_GOOD, AWAY, [answer for answer in load.answers if answer.ended < alone]))
        report.fail(load.judge(AWAY_OR_GOOD, AWAY, load.between(returned, time.monotonic())))

        before = len(load.acknowledged)
        killed = time.monotonic()
        primary.kill()
        time.sleep(1)
        standby.run(["pg_ctl", "promote", "-w", "-D", standby.data])
        promoted = time.monotonic()
        resumed = load.resumes(promoted)
        answers = load.between(killed, promoted + resumed)
        report.say(
            f"primary killed with {before} acknowledged, standby promoted {promoted - killed:.2f} s later; every node signs "
            f"up {resumed:.2f} s after that; in between {load.tally(answers)}, slowest {load.slowest(answers):.2f} s"
        )
        report.expect(resumed <= 5, f"the failover took {resumed:.1f} s; the limit is 5 s")
        time.sleep(2)
        expect_no_leak(report, standby, nodes)
        report.fail(load.judge(AWAY_OR_GOOD, AWAY, load.between(killed, time.monotonic())))
        report.conclude(load, standby.sql)


def pgbouncer(lab, report):
    """PgBouncer in front of PostgreSQL: refused only as a transaction pool without support for prepared statements"""
    postgres = Postgres(lab)
    apart = PgBouncer.keeps_statements_apart()
    report.say(f"{PgBouncer.version()}{'' if apart else ', which cannot keep prepared statements apart'}")
    works = [("session", 20, "")]
    if apart:
        works.append(("transaction", 5, "max_prepared_statements = 200"))
    for mode, size, more in works:
        pooler = PgBouncer(lab, postgres, mode, size, more)
        nodes = [Node(lab, f"{mode}-{name}", postgres.url(name, pooler.port)).start() for name in ("one", "two")]
        report.say(f"{mode}, {size} connections{more and ', '}{more}:")
        with Load(nodes, threads=12) as load:
            load.resumes(time.monotonic())
            time.sleep(3)
            report.fail(load.judge(GOOD, AWAY))
            gone = time.monotonic()
            postgres.stop("fast")
            time.sleep(6)
            postgres.start()
            tell_and_resume(report, load, "PostgreSQL away for 6 s", gone, PGBOUNCER_SOON)
            report.fail(load.judge(AWAY_OR_GOOD, AWAY))
            report.conclude(load, postgres.sql)
        postgres.sql("TRUNCATE users CASCADE")

    transactions = PgBouncer(lab, postgres, "transaction", 5, "max_prepared_statements = 0" if apart else "")
    refused = Node(lab, "refused", postgres.url("refused", transactions.port))
    for attempt in ("first", "second"):
        refused.launch()
        try:
            status = refused.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            refused.kill()
            report.fail([f"the {attempt} start on a transaction pool was not refused"])
            continue
        line = lab.log("refused.log").splitlines()[-1]
        report.expect(status == 1 and "pool_mode = session" in line, f"the {attempt} start: status {status}, {line}")
        report.say(f"transaction pool, {attempt} start: status {status}, {line}")


def full_disk(lab, report):
    """an SQLite file on a disk that fills up and is then enlarged"""
    folder = lab.tmpfs("3m")
    path = folder / "doorward.db"
    node = Node(lab, "node", f"sqlite:{path}").start()
    with Load([node]) as load:

        def is_full():
            return any(answer.outcome == "503 unavailable" for answer in load.answers[-20:])

        wait_until("the disk is full", is_full, 30)
        full = time.monotonic()
        room = os.statvfs(folder)
        before = len(load.acknowledged)
        report.say(f"full after {before} sign-ups, {room.f_bavail * room.f_frsize // 1024} KiB left")
        time.sleep(4)
        ready = Client().ask(node, "GET", "/health/ready")
        report.expect(ready.outcome == "200", f"ready says {ready.outcome}, although reads still work")
        enlarged = time.monotonic()
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        resumed = load.resumes(enlarged)
        answers = load.between(full, enlarged)
        reads = [answer for answer in answers if answer.what == "GET /api/session"]
        report.fail(load.judge({"200"}, 6, reads))
        report.expect(len(reads) > 100, f"only {len(reads)} reads while the disk was full")
        report.say(
            f"full for {enlarged - full:.0f} s: {load.tally(answers)}; {len(reads)} reads among them: {load.tally(reads)}; "
            f"signs up {resumed:.2f} s after there is room"
        )
        report.expect(resumed <= SOON, f"resuming took {resumed:.1f} s; the limit is {SOON} s")
        load.acknowledges(50)
        report.fail(load.judge(AWAY_OR_GOOD, 6))
        report.conclude(load, ask_sqlite(path))
    finding = ask_sqlite(path)("PRAGMA integrity_check")
    report.expect(finding == "ok", f"the file is damaged: {finding}")


def read_only(lab, report):
    """an SQLite file on a disk that fails, which Linux makes read-only, and is then mounted again"""
    image, folder = lab.disk(32 << 20)
    path = folder / "doorward.db"
    node = Node(lab, "node", f"sqlite:{path}").start()
    with Load([node]) as load:
        load.acknowledges(50)
        failed = time.monotonic()
        subprocess.run(["mount", "-o", "remount,abort", folder], check=True)
        time.sleep(4)
        ready = Client().ask(node, "GET", "/health/ready")
        report.expect(ready.outcome == "200", f"ready says {ready.outcome}, although reads still work")
        answers = load.between(failed + 0.5, time.monotonic())
        reads = [answer for answer in answers if answer.what == "GET /api/session"]
        changes = [answer for answer in answers if answer.what == "POST /api/signup"]
        report.say(f"read-only for 4 s: {len(reads)} reads: {load.tally(reads)}; {len(changes)} changes: {load.tally(changes)}")
        report.fail(load.judge({"200"}, 6, reads) + load.judge({"503 unavailable"}, 6, changes))
        report.expect(reads and changes, "no read or no sign-up was sent to the read-only store")
        report.fail(load.judge(AWAY_OR_GOOD, 6))
        node.kill()

        subprocess.run(["umount", folder], check=True)
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        node.launch()
        status = node.process.wait(timeout=10)
        line = lab.log("node.log").splitlines()[-1]
        report.expect(status == 1 and "is read-only" in line, f"a start on the read-only disk: status {status}, {line}")
        report.say(f"a start on the read-only disk: status {status}, {line}")

        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        node.start()
        load.resumes(time.monotonic())
        load.acknowledges(50)
        report.conclude(load, ask_sqlite(path))
    finding = ask_sqlite(path)("PRAGMA integrity_check")
    report.expect(finding == "ok", f"the file is damaged: {finding}")


def two_servers(lab, report):
    """two servers on one SQLite file: no data is lost, and a logout on one takes effect on the other at once"""
    path = lab.folder / "doorward.db"
    nodes = [Node(lab, name, f"sqlite:{path}").start() for name in ("one", "two")]
    client, rounds, slowest = Client(), 20, 0
    with Load(nodes) as load:
        load.resumes(time.monotonic())
        for number in range(rounds):
            here, there = nodes if number % 2 else reversed(nodes)
            token = client.sign_up(here, f"leaves soon {number}").body["token"]
            seen = client.validate(there, token)
            report.expect(seen.outcome == "200", f"{there.name} refuses a session of {here.name}: {seen.outcome}")
            left = client.log_out(here, token)
            slowest = max(slowest, left.ended - left.begun)
            report.expect(left.outcome == "204", f"a logout on {here.name}: {left.outcome}")
            after = client.validate(there, token)
            report.expect(after.outcome == "401 unauthenticated", f"after the logout {there.name} still answers {after.outcome}")
        report.say(f"{rounds} logouts on one server; slowest {slowest:.2f} s")
        time.sleep(2)
        report.fail(load.judge(GOOD, 6))
        report.conclude(load, ask_sqlite(path))


SCENARIOS = {
    "kill-sqlite": kill_sqlite,
    "kill-node": kill_node,
    "postgres-restart": postgres_restart,
    "postgres-cuts": postgres_cuts,
    "failover": failover,
    "pgbouncer": pgbouncer,
    "full-disk": full_disk,
    "read-only": read_only,
    "two-servers": two_servers,
}


def run(name, program):
    """Runs a scenario; returns its failures, and the reason if it was skipped."""
    scenario, report, begun = SCENARIOS[name], Report(), time.monotonic()
    print(f"{name}: {scenario.__doc__}", flush=True)
    signal.alarm(BOUND)
    skipped = None
    try:
        with Lab(program) as lab:
            scenario(lab, report)
    except Missing as missing:
        skipped = str(missing)
        report.say(f"*** SKIPPED, this did NOT run: {skipped} ***")
    except Failure as failure:
        report.fail([str(failure)])
    except Exception:
        report.fail([traceback.format_exc()])
    finally:
        signal.alarm(0)
    if not skipped:
        print(f"  {'FAILED' if report.failures else 'held'} in {time.monotonic() - begun:.0f} s", flush=True)
    return report.failures, skipped


def too_long(*_):
    raise Failure(f"the scenario took longer than {BOUND} s")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=pathlib.Path, help="the binary to test")
    arguments.add_argument("scenario", nargs="*", help=f"one of {', '.join(SCENARIOS)}; all by default")
    arguments = arguments.parse_args()
    unknown = set(arguments.scenario) - SCENARIOS.keys()
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)}; the scenarios are {', '.join(SCENARIOS)}")
    # SIGTERM cleans up like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGALRM, too_long)

    outcomes = {name: run(name, arguments.program.resolve()) for name in arguments.scenario or SCENARIOS}
    failed = [name for name, (failures, _) in outcomes.items() if failures]
    skipped = [f"{name} ({why})" for name, (_, why) in outcomes.items() if why]
    held = len(outcomes) - len(failed) - len(skipped)
    line = f"chaos: {held} of {len(outcomes)} scenarios held"
    if failed:
        line += f"; FAILED: {', '.join(failed)}"
    if skipped:
        line += f"; SKIPPED: {', '.join(skipped)}"
    print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
