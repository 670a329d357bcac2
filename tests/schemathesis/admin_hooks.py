"""Tells schemathesis the facts that are not in the document of the admin API: which users, keys and sessions exist, which
password is correct, and why a request that fits the schema may be refused."""

import itertools
import os
import unicodedata
from urllib.parse import quote

import requests
import schemathesis
from common import is_of_phase, is_positive
from names import is_refused_beyond_the_pattern

TOKEN = os.environ["DOORWARD_ADMIN_TOKEN"]
PASSWORD = "the secret of every user"

# Codes of refusals that no schema can express: an id or a name is taken, or the password is wrong.
CAUSES = {"username_taken", "user_id_taken", "key_taken", "incorrect_password"}

HTTP = requests.Session()
HTTP.headers["Authorization"] = f"Bearer {TOKEN}"
NUMBERS = itertools.count()
TURNS = itertools.count()


def create(base_url, path, **fields):
    reply = HTTP.post(f"{base_url.rstrip('/')}/admin/{path}", json=fields, timeout=10)
    assert reply.status_code == 201, reply.text
    return reply.json()


def new_user(base_url):
    """Creates a user with a password."""
    return create(base_url, "users", username=f"program-user-{next(NUMBERS)}", password=PASSWORD)


@schemathesis.auth(refresh_interval=None)
class WithToken:
    """Puts the token into every request."""

    def get(self, case, context):
        return TOKEN

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes every second valid request succeed: names a user, key or session that exists, and the password."""
    if not is_positive(case) or is_of_phase(case, "coverage") or next(TURNS) % 2:
        return
    base_url, parameters = case.operation.base_url, case.path_parameters or {}
    user = new_user(base_url)
    if "userId" in parameters:
        parameters["userId"] = user["userId"]
    if "keyId" in parameters:
        parameters["keyId"] = quote(f"username:{user['username']}", safe="")
    if "sessionId" in parameters:
        parameters["sessionId"] = create(base_url, f"users/{user['userId']}/sessions")["sessionId"]
    operation = case.operation.definition.raw.get("operationId")
    if operation == "listUsers":
        case.query = {"ids": user["userId"]} if next(TURNS) % 3 else {"limit": 2}
    if operation == "revokePasswordLink":
        create(base_url, f"users/{user['userId']}/password-link")
    if "invitationId" in parameters:
        parameters["invitationId"] = create(base_url, "invitations")["invitationId"]
    if operation in ("createInvitation", "updateUser") and isinstance(case.body, dict) and case.body.get("username"):
        case.body = {**case.body, "username": f"program-user-{next(NUMBERS)}"}
    if operation == "verifyKey":
        case.body = {"password": PASSWORD}
    if operation == "createUser" and isinstance(case.body, dict):
        case.body = {**case.body, "username": f"program-user-{next(NUMBERS)}"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Ignores an accepted negative body that is JSON's `null`, which stands for no body."""
    sent = response.request.body or ""
    accepted = type(failure).__name__ == "AcceptedNegativeData"
    # A user who was just created has no link to revoke.
    lacks_link = case.operation.path.endswith("/password-link") and response.status_code == 404
    return not lacks_link and not (accepted and (case.body is None or sent in ("null", b"null")))


@schemathesis.check
def refused_only_for_cause(context, response, case):
    """A request that fits the schema is refused only for a reason that no schema can express."""
    if not is_positive(case) or response.status_code not in (400, 413, 415, 422, 431):
        return
    problem = response.json()
    code, reason = problem["code"], problem.get("reason", "")
    body = case.body if isinstance(case.body, dict) else {}
    if response.status_code == 400 and (
        code in CAUSES
        or (code == "invalid_password" and reason in ("too_common", "contains_username"))
        or (code == "invalid_username" and is_refused_beyond_the_pattern(body["username"]))
        or (code == "invalid_key_id" and (reason == "incorrect" or has_hidden_characters(body["keyId"])))
        or (code == "invalid_attributes" and is_too_large(body["attributes"]))
        or (code == "malformed_request" and is_malformed_beyond_the_schema(case, body))
    ):
        return
    raise AssertionError(f"refused although it fits the schema: {problem}")


def has_hidden_characters(key):
    """Whether the part after the provider has a character that does not show. See docs/admin-api.md."""
    return any(unicodedata.category(c)[0] in "CZ" and c != " " for c in key) or is_refused_beyond_the_pattern(key)


def is_too_large(attributes):
    """Whether the object is beyond 4 KiB or 8 levels, or has a number or a text that JSON in the server does not take."""

    def depth(value):
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if members is None else 1 + max(map(depth, members), default=0)

    return depth(attributes) > 8 or len(str(attributes).encode("utf-8", "surrogatepass")) > 3_000


def is_malformed_beyond_the_schema(case, body):
    """Whether a user is created with two ways in, an invitation for one username has several uses, a field has a name of more than
    256 bytes, a lookup has another parameter or too many ids, or a path has bytes that are not UTF-8."""
    operation = case.operation.definition.raw.get("operationId")
    two_ways_in = operation == "createUser" and body.get("passwordLink") and body.get("password") is not None
    many_of_one = operation == "createInvitation" and body.get("username") is not None and body.get("uses") not in (None, 1)
    too_long = any(len(name.encode("utf-8", "surrogatepass")) > 256 for name in body)
    query = case.query or {}
    looked_up_by = [name for name in ("username", "ids") if name in query]
    is_lookup = operation == "listUsers" and bool(looked_up_by)
    names_one = len(query) == 1
    too_many = str(query.get("ids", "")).count(",") >= 100
    # A page comes after an id, which no schema of a text says.
    return "after" in query or two_ways_in or many_of_one or too_long or (is_lookup and (not names_one or too_many))
