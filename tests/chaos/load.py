"""What goes on at the nodes all the time: people sign up and their sessions are validated. Every answer is written down,
and every acknowledged sign-up is asked for again at the end."""

import collections
import concurrent.futures
import http.client
import json
import random
import threading
import time

from servers import Failure, body_of

PASSWORD = "correct horse battery"

# How long a client waits before it calls it a hang.
PATIENCE = 12

Answer = collections.namedtuple("Answer", "begun ended node what outcome body")

ORPHANS = {
    "users without a key": "SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM user_keys)",
    "keys without a user": "SELECT count(*) FROM user_keys WHERE user_id NOT IN (SELECT id FROM users)",
    "sessions without a user": "SELECT count(*) FROM sessions WHERE user_id NOT IN (SELECT id FROM users)",
}


class Client:
    """Of one thread; keeps its connections open. An outcome is a status with the code of its error (`503 unavailable`),
    or `cut` for a connection that was refused or broken, or `hang`."""

    def __init__(self):
        self.connections = {}

    def ask(self, node, method, path, fields=None, token=None):
        headers = {"Accept": "application/json"}
        if fields is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = self.connections.setdefault(
            node.port, http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
        )
        begun, body = time.monotonic(), {}
        try:
            connection.request(method, path, None if fields is None else json.dumps(fields), headers)
            response = connection.getresponse()
            body = body_of(response.read())
            outcome = " ".join(filter(None, [str(response.status), body.get("code")]))
        except TimeoutError:
            outcome = "hang"
            connection.close()
        except (OSError, http.client.HTTPException):
            outcome = "cut"
            connection.close()
        return Answer(begun, time.monotonic(), node.name, f"{method} {path}", outcome, body)

    def sign_up(self, node, name):
        return self.ask(node, "POST", "/api/signup", {"username": name, "password": PASSWORD, "transport": "bearer"})

    def log_in(self, node, name):
        return self.ask(node, "POST", "/api/login", {"username": name, "password": PASSWORD, "transport": "bearer"})

    def validate(self, node, token):
        return self.ask(node, "GET", "/api/session", token=token)

    def log_out(self, node, token):
        return self.ask(node, "POST", "/api/logout", token=token)


class Load:
    """A few threads, each of which signs somebody up and validates two sessions, over and over, one node after another."""

    def __init__(self, nodes, threads=4, pause=0.01):
        self.nodes, self.pause = nodes, pause
        self.answers = []
        self.acknowledged = []
        self.wrong = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def work(self, number):
        client, count = Client(), 0
        while not self.stopping.is_set():
            count += 1
            node = self.nodes[(number + count) % len(self.nodes)]
            name = f"somebody {number}-{count}"
            answer = client.sign_up(node, name)
            if answer.outcome == "201":
                self.acknowledged.append((name, answer.body["token"]))
            self.answers.append(answer)
            for _ in range(2 if self.acknowledged else 0):
                known, token = random.choice(self.acknowledged)
                answer = client.validate(node, token)
                self.answers.append(answer)
                if answer.outcome == "401 unauthenticated":
                    self.wrong.append(f"the session of {known}, which was acknowledged, is refused by {node.name}")
            self.stopping.wait(self.pause * 3 if answer.outcome == "cut" else self.pause)

    def acknowledges(self, count, seconds=10):
        """Waits until so many more sign-ups are acknowledged."""
        target = len(self.acknowledged) + count
        give_up = time.monotonic() + seconds
        while len(self.acknowledged) < target:
            if time.monotonic() > give_up:
                raise Failure(f"not {count} sign-ups in {seconds} s; the last answers: {self.tally(self.answers[-20:])}")
            time.sleep(0.005)

    def resumes(self, since, seconds=15):
        """Waits until every node has acknowledged a sign-up, and returns how long after `since` that was."""
        ends = {}
        give_up = time.monotonic() + seconds
        while len(ends) < len(self.nodes):
            if time.monotonic() > give_up:
                raise Failure(f"no sign-up on every node {seconds} s after the store was back; only on {sorted(ends)}")
            for answer in self.answered_since(since):
                if answer.outcome == "201" and answer.ended >= since:
                    ends[answer.node] = min(ends.get(answer.node, answer.ended), answer.ended)
            time.sleep(0.02)
        return max(ends.values()) - since

    def answered_since(self, since):
        """The answers that came since, or did not come."""
        return [answer for answer in list(self.answers) if answer.ended >= since]

    def between(self, since, until):
        """The answers to what was asked in this time."""
        return [answer for answer in list(self.answers) if since <= answer.begun < until]

    def judge(self, allowed, slowest, answers=None):
        """What is wrong with the answers: outcomes that are not allowed, and those that took too long."""
        answers = list(self.answers) if answers is None else answers
        found = []
        others = [answer for answer in answers if answer.outcome not in allowed]
        if others:
            example = others[0]
            found.append(f"{len(others)} answers that nobody should get: {self.tally(others)}, as {example}")
        longest = self.slowest(answers)
        if longest > slowest:
            found.append(f"an answer took {longest:.1f} s, and may take {slowest} s")
        return found

    @staticmethod
    def slowest(answers):
        return max((answer.ended - answer.begun for answer in answers), default=0)

    @staticmethod
    def tally(answers):
        counts = collections.Counter(answer.outcome for answer in answers)
        return ", ".join(f"{count} × {outcome}" for outcome, count in counts.most_common())

    def check(self):
        """Asks for everything that was acknowledged, on one node after another; returns what is wrong."""

        def check_some(part):
            client, found = Client(), []
            for index, (name, token) in part:
                node = self.nodes[index % len(self.nodes)]
                session = client.validate(node, token)
                if session.outcome != "200" or session.body["user"]["username"] != name:
                    found.append(f"LOST: the session of {name}: {session.outcome}")
                login = client.log_in(node, name)
                if login.outcome != "200":
                    found.append(f"LOST: {name} cannot log in: {login.outcome}")
            return found

        numbered = list(enumerate(self.acknowledged))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            found = sum(pool.map(check_some, [numbered[start::4] for start in range(4)]), [])
        if len(found) > 5:
            found = [*found[:5], f"… and {len(found) - 5} more"]
        return self.wrong[:5] + found + [f"{node.name} panicked" for node in self.nodes if node.panicked()]


def orphans(ask, at_least):
    """What is wrong in a store, by its SQL; `ask` answers a query of one number."""
    counts = {what: int(ask(query)) for what, query in ORPHANS.items()}
    found = [f"the store has {count} {what}" for what, count in counts.items() if count]
    users = int(ask("SELECT count(*) FROM users"))
    if users < at_least:
        found.append(f"LOST: the store has {users} users, and {at_least} were acknowledged")
    return found
