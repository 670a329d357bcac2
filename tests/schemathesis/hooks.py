"""Tells schemathesis the facts that are not in the document: how to log in, which password is correct, and why a
request that fits the schema may be refused."""

import itertools
import os

import requests
import schemathesis
from common import is_of_phase, is_positive
from names import is_refused_beyond_the_pattern

COOKIE = "auth_session"

# Codes of refusals that no schema can express: the username is taken, or the password, code or link is wrong.
CAUSES = {
    "username_taken",
    "incorrect_credentials",
    "incorrect_password",
    "incorrect_recovery_code",
    "invalid_link",
}

ADMIN_URL, ADMIN_TOKEN = os.environ["DOORWARD_ADMIN_URL"], os.environ["DOORWARD_ADMIN_TOKEN"]


class User:
    """A user for the operations that need a session. When the session or the account is gone, logs in again or signs up
    a new user."""

    def __init__(self):
        self.http = requests.Session()
        self.numbers = itertools.count()
        self.token = None
        self.choose_new_username()

    def choose_new_username(self):
        self.username = self.fresh_name()
        self.password = f"the secret of {self.username}"
        self.has_account = False

    def fresh_name(self):
        return f"user-{next(self.numbers)}"

    def signed_in(self, base_url):
        """Returns a token that is valid now."""
        if self.token is None or self.ask("GET", base_url, "session").status_code != 200:
            if self.has_account and not self.enter(base_url, "login"):
                self.choose_new_username()
            if not self.has_account and not self.enter(base_url, "signup"):
                raise RuntimeError("signing up failed")
            self.has_account = True
        return self.token

    def enter(self, base_url, how):
        fields = {"username": self.username, "password": self.password, "transport": "bearer"}
        reply = self.ask("POST", base_url, how, json=fields)
        self.token = reply.json().get("token")
        return self.token is not None

    def recovery_code(self, base_url):
        """Returns an unused recovery code."""
        self.signed_in(base_url)
        fields, headers = {"password": self.password}, {"Authorization": f"Bearer {self.token}"}
        url = f"{base_url.rstrip('/')}/api/recovery-codes"
        reply = self.http.post(url, json=fields, headers=headers, timeout=10)
        return reply.json()["codes"][0]

    def made_by_operator(self, what, fields):
        """Creates something over the admin API."""
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        reply = self.http.post(f"{ADMIN_URL}/admin/{what}", json=fields, headers=headers, timeout=10)
        assert reply.status_code == 201, reply.text
        return reply.json()

    def other_session(self, base_url):
        """Opens another session of the user and returns its id."""
        self.signed_in(base_url)
        fields = {"username": self.username, "password": self.password, "transport": "bearer"}
        return self.ask("POST", base_url, "login", json=fields).json()["sessionId"]

    def ask(self, method, base_url, path, **body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token and method == "GET" else {}
        return self.http.request(method, f"{base_url.rstrip('/')}/api/{path}", headers=headers, timeout=10, **body)


USER = User()
TURNS = itertools.count()


def needs_session(context):
    return bool(context.operation.definition.raw.get("security"))


@schemathesis.auth(refresh_interval=None).apply_to(needs_session)
class SignedIn:
    """Puts a valid token into every request that needs one, alternately as a bearer token and as a cookie."""

    def get(self, case, context):
        return USER.signed_in(case.operation.base_url)

    def set(self, case, token, context):
        if next(TURNS) % 2:
            case.headers["Authorization"] = f"Bearer {token}"
        else:
            case.cookies[COOKIE] = token


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes every second valid request succeed: fills in the user's own name, password or code, or an unused username
    at sign-up, and leaves out the id of another user. Otherwise no operation that needs a password would ever succeed."""
    if not is_positive(case) or is_of_phase(case, "coverage") or next(TURNS) % 2:
        return
    if "sessionId" in (case.path_parameters or {}):
        case.path_parameters["sessionId"] = USER.other_session(case.operation.base_url)
        case.body = {}
        return
    if not isinstance(case.body, dict):
        return
    right = dict(case.body)
    operation = case.operation.definition.raw.get("operationId")
    if operation == "signUp":
        right["username"] = USER.fresh_name()
        if "invitation" in right:
            right["invitation"] = USER.made_by_operator("invitations", {})["code"]
    elif operation == "resetPassword":
        user = {"username": f"linked-{USER.fresh_name()}", "passwordLink": True}
        right["code"] = USER.made_by_operator("users", user)["passwordLink"]["code"]
    elif operation == "changeUsername":
        USER.signed_in(case.operation.base_url)
        USER.username = right["username"] = USER.fresh_name()
        right["currentPassword"] = USER.password
        right.pop("userId", None)
    else:
        USER.signed_in(case.operation.base_url)
        right.pop("userId", None)
        own = {"username": USER.username, "password": USER.password, "currentPassword": USER.password}
        right.update((name, value) for name, value in own.items() if name in right)
        if "code" in right:
            right["code"] = USER.recovery_code(case.operation.base_url)
    case.body = right


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Ignores an accepted negative body that is no object but, once sent, is a valid form: an empty one, or a text
    with a `=`. Ignores JSON's `null` too, which stands for no body and for an optional field that is missing."""
    sent = response.request.body or ""
    if type(failure).__name__ == "AcceptedNegativeData" and case.media_type == "application/json":
        fields = case.body if isinstance(case.body, dict) else {}
        nulls = any(fields.get(name, "") is None for name in ("transport", "next", "userId", "invitation"))
        return not (case.body is None or sent in ("null", b"null") or nulls)
    equals = "=" if isinstance(sent, str) else b"="
    is_form = case.media_type == "application/x-www-form-urlencoded" and (not sent or equals in sent)
    return not (type(failure).__name__ == "AcceptedNegativeData" and is_form and not isinstance(case.body, dict))


@schemathesis.check
def refused_only_for_cause(context, response, case):
    """A request that fits the schema is refused only for a reason that no schema can express."""
    if not is_positive(case) or response.status_code not in (400, 413, 415, 422, 431):
        return
    problem = response.json()
    code, reason = problem["code"], problem.get("reason", "")
    if response.status_code == 400 and (
        code in CAUSES
        or (code == "invalid_password" and reason in ("too_common", "contains_username"))
        or (code == "invalid_password" and reason == "required" and not has_field(case, "password"))
        # At the deletion of an account it is not the username of the account.
        or (code == "invalid_username" and reason == "incorrect")
        or (code == "invalid_username" and is_refused_beyond_the_pattern(case.body["username"]))
        or (code == "malformed_request" and has_an_invalid_field_name(case))
    ):
        return
    raise AssertionError(f"refused although it fits the schema: {problem}")


def has_field(case, name):
    """Whether the body is an object with this field."""
    return isinstance(case.body, dict) and name in case.body


def has_an_invalid_field_name(case):
    """Whether an additional field has a name of more than 256 bytes, or in a multipart body a name with control
    characters, which the head of a part cannot contain (RFC 9110, 5.5), or with a backslash at its end, which escapes
    the closing quote (RFC 9110, 5.6.4). A schema cannot restrict names."""
    names = list(case.body) if isinstance(case.body, dict) else []
    too_long = any(len(name.encode("utf-8", "surrogatepass")) > 256 for name in names)
    # The client escapes line ends.
    controls = any(c == "\x7f" or c < " " and c not in "\t\r\n" for name in names for c in name)
    backslash = any(name.endswith("\\") for name in names)
    return too_long or (case.media_type == "multipart/form-data" and (controls or backslash))
