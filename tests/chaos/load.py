"""The load of a scenario: users sign up and their sessions are validated all the time. Every response is recorded, and
every acknowledged sign-up is checked at the end."""

import collections
import concurrent.futures
import http.client
import json
import random
import threading
import time

from servers import Failure, body_of

PASSWORD = "correct horse battery"

# Seconds that a client waits before it counts a request as a hang.
PATIENCE = 12

Answer = collections.namedtuple("Answer", "begun ended node what outcome body")

ORPHANS = {
    "users without a key": "SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM user_keys)",
    "keys without a user": "SELECT count(*) FROM user_keys WHERE user_id NOT IN (SELECT id FROM users)",
    "sessions without a user": "SELECT count(*) FROM sessions WHERE user_id NOT IN (SELECT id FROM users)",
}


class Client:
    """An HTTP client of one thread that keeps its connections open. An outcome is a status with the code of its error
    (`503 unavailable`), `cut` for a connection that was refused or broken, or `hang`."""

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
    """A few threads. Each one signs up users and validates sessions in a loop, on one node after another."""

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
            name = f"user {number}-{count}"
            answer = client.sign_up(node, name)
            if answer.outcome == "201":
                self.acknowledged.append((name, answer.body["token"]))
            self.answers.append(answer)
            for _ in range(2 if self.acknowledged else 0):
                known, token = random.choice(self.acknowledged)
                answer = client.validate(node, token)
                self.answers.append(answer)
                if answer.outcome == "401 unauthenticated":
                    self.wrong.append(f"{node.name} refuses the acknowledged session of {known}")
            self.stopping.wait(self.pause * 3 if answer.outcome == "cut" else self.pause)

    def acknowledges(self, count, seconds=10):
        """Waits until this many more sign-ups are acknowledged."""
        target = len(self.acknowledged) + count
        give_up = time.monotonic() + seconds
        while len(self.acknowledged) < target:
            if time.monotonic() > give_up:
                last = self.tally(self.answers[-20:])
                raise Failure(f"fewer than {count} sign-ups in {seconds} s; the last responses: {last}")
            time.sleep(0.005)

    def resumes(self, since, seconds=15):
        """Waits until every node has acknowledged a sign-up; returns the seconds from `since` to that."""
        ends = {}
        give_up = time.monotonic() + seconds
        while len(ends) < len(self.nodes):
            if time.monotonic() > give_up:
                raise Failure(f"{seconds} s after the store was back, only {sorted(ends)} acknowledged a sign-up")
            for answer in self.answered_since(since):
                if answer.outcome == "201" and answer.ended >= since:
                    ends[answer.node] = min(ends.get(answer.node, answer.ended), answer.ended)
            time.sleep(0.02)
        return max(ends.values()) - since

    def answered_since(self, since):
        """The requests that ended since then, with or without a response."""
        return [answer for answer in list(self.answers) if answer.ended >= since]

    def between(self, since, until):
        """The outcomes of the requests that were sent in this time."""
        return [answer for answer in list(self.answers) if since <= answer.begun < until]

    def judge(self, allowed, slowest, answers=None):
        """Returns the faults of the responses: outcomes that are not allowed, and responses that took too long."""
        answers = list(self.answers) if answers is None else answers
        found = []
        others = [answer for answer in answers if answer.outcome not in allowed]
        if others:
            example = others[0]
            found.append(f"{len(others)} unexpected outcomes: {self.tally(others)}; for example {example}")
        longest = self.slowest(answers)
        if longest > slowest:
            found.append(f"a response took {longest:.1f} s; the limit is {slowest} s")
        return found

    @staticmethod
    def slowest(answers):
        return max((answer.ended - answer.begun for answer in answers), default=0)

    @staticmethod
    def tally(answers):
        counts = collections.Counter(answer.outcome for answer in answers)
        return ", ".join(f"{count} × {outcome}" for outcome, count in counts.most_common())

    def check(self):
        """Checks every acknowledged sign-up, on one node after another; returns the faults."""

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
    """Returns the faults in a store, found by SQL. `ask` runs a query that returns one number."""
    counts = {what: int(ask(query)) for what, query in ORPHANS.items()}
    found = [f"the store has {count} {what}" for what, count in counts.items() if count]
    users = int(ask("SELECT count(*) FROM users"))
    if users < at_least:
        found.append(f"LOST: the store has {users} users, but {at_least} were acknowledged")
    return found
