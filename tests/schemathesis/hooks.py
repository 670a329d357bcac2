"""What schemathesis cannot find in the document: how to be signed in, which password is right, and why a request that
fits the schema may be refused all the same."""

import itertools
import unicodedata

import requests
import schemathesis

COOKIE = "auth_session"

# What a schema cannot say: that somebody has the name already, and that a password or a code is not theirs.
CAUSES = {"username_taken", "incorrect_credentials", "incorrect_password", "incorrect_recovery_code"}

# Characters that Unicode calls letters or marks, and that show nothing (Default_Ignorable_Code_Point, UCD).
UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"


class Person:
    """Somebody with an account, for whoever must be signed in. What ends the session or the account does not end the
    run: they sign in again, or somebody new signs up."""

    def __init__(self):
        self.http = requests.Session()
        self.numbers = itertools.count()
        self.token = None
        self.sign_up_as_somebody_new()

    def sign_up_as_somebody_new(self):
        self.username = self.fresh_name()
        self.password = f"the secret of {self.username}"
        self.has_account = False

    def fresh_name(self):
        return f"person-{next(self.numbers)}"

    def signed_in(self, base_url):
        """A token that is good right now."""
        if self.token is None or self.ask("GET", base_url, "session").status_code != 200:
            if self.has_account and not self.enter(base_url, "login"):
                self.sign_up_as_somebody_new()
            if not self.has_account and not self.enter(base_url, "signup"):
                raise RuntimeError("nobody can sign up")
            self.has_account = True
        return self.token

    def enter(self, base_url, how):
        fields = {"username": self.username, "password": self.password, "transport": "bearer"}
        reply = self.ask("POST", base_url, how, json=fields)
        self.token = reply.json().get("token")
        return self.token is not None

    def recovery_code(self, base_url):
        """A code that is good once."""
        self.signed_in(base_url)
        fields, headers = {"password": self.password}, {"Authorization": f"Bearer {self.token}"}
        url = f"{base_url.rstrip('/')}/api/recovery-codes"
        reply = self.http.post(url, json=fields, headers=headers, timeout=10)
        return reply.json()["codes"][0]

    def ask(self, method, base_url, path, **body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token and method == "GET" else {}
        return self.http.request(method, f"{base_url.rstrip('/')}/api/{path}", headers=headers, timeout=10, **body)


PERSON = Person()
TURNS = itertools.count()


def needs_session(context):
    return bool(context.operation.definition.raw.get("security"))


@schemathesis.auth(refresh_interval=None).apply_to(needs_session)
class SignedIn:
    """Puts a good token into every request that needs one, by turns as a bearer token and as a cookie."""

    def get(self, case, context):
        return PERSON.signed_in(case.operation.base_url)

    def set(self, case, token, context):
        if next(TURNS) % 2:
            case.headers["Authorization"] = f"Bearer {token}"
        else:
            case.cookies[COOKIE] = token


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every other time, makes what fits the schema right as well: the person's own name and password where somebody is
    asked for theirs, and a name that nobody has where one is chosen. Otherwise no operation behind a password would
    ever be seen to work."""
    if not is_positive(case) or is_of_phase(case, "coverage") or not isinstance(case.body, dict) or next(TURNS) % 2:
        return
    right = dict(case.body)
    if case.operation.definition.raw.get("operationId") == "signUp":
        right["username"] = PERSON.fresh_name()
    else:
        PERSON.signed_in(case.operation.base_url)
        own = {"username": PERSON.username, "password": PERSON.password, "currentPassword": PERSON.password}
        right.update((name, value) for name, value in own.items() if name in right)
        if "code" in right:
            right["code"] = PERSON.recovery_code(case.operation.base_url)
    case.body = right


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Lets be accepted what is no object before it is sent and a form once it is: nothing, and each text with a `=`."""
    sent = response.request.body or ""
    equals = "=" if isinstance(sent, str) else b"="
    is_form = case.media_type == "application/x-www-form-urlencoded" and (not sent or equals in sent)
    return not (type(failure).__name__ == "AcceptedNegativeData" and is_form and not isinstance(case.body, dict))


@schemathesis.check
def refused_only_for_cause(context, response, case):
    """What fits the schema is refused for a reason that no schema can give, or not at all."""
    if not is_positive(case) or response.status_code not in (400, 413, 415, 422, 431):
        return
    problem = response.json()
    code, detail = problem["code"], problem.get("detail", "")
    if response.status_code == 400 and (
        code in CAUSES
        or (code == "invalid_password" and "first passwords" in detail)
        or (code == "invalid_password" and "recovery codes" in detail and not has_field(case, "password"))
        or (code == "invalid_username" and is_more_than_a_pattern_says(case.body["username"]))
        or (code == "malformed_request" and has_a_name_that_no_field_can_have(case))
    ):
        return
    raise AssertionError(f"fits the schema, and is refused: {problem}")


@schemathesis.check
class EveryOperationWorks:
    """Each operation that was tried has succeeded at least once, so that its success was looked at, too."""

    def __init__(self):
        self.tried, self.worked = set(), set()

    def after_response(self, context, response, case):
        self.tried.add(case.operation.label)
        if 200 <= response.status_code < 400:
            self.worked.add(case.operation.label)

    def after_run(self, context):
        never = sorted(self.tried - self.worked)
        if never:
            raise AssertionError(f"never succeeded: {', '.join(never)}")


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def has_field(case, name):
    """Whether the body, if there is one, has this field."""
    return isinstance(case.body, dict) and name in case.body


def is_of_phase(case, name):
    return case.meta.phase.name.value.lower() == name


def has_a_name_that_no_field_can_have(case):
    """Whether a field that the operation does not know has a name of more than 256 bytes, or in a multipart body one
    with control characters, which cannot stand in the head of a part (RFC 9110, 5.5), or with a backslash at its end,
    which takes the quote after it for its own (RFC 9110, 5.6.4). A schema has no word for names."""
    names = list(case.body) if isinstance(case.body, dict) else []
    too_long = any(len(name.encode("utf-8", "surrogatepass")) > 256 for name in names)
    # The client escapes the ends of lines.
    controls = any(c == "\x7f" or c < " " and c not in "\t\r\n" for name in names for c in name)
    backslash = any(name.endswith("\\") for name in names)
    return too_long or (case.media_type == "multipart/form-data" and (controls or backslash))


def is_more_than_a_pattern_says(name):
    """Whether a username has a character that does not show, nothing that shows, or letters of scripts that look
    alike: docs/api.md, "Usernames"."""
    hidden = any(unicodedata.category(c)[0] in "CZ" and c != " " for c in name)
    empty = all(c in UNSEEN or unicodedata.category(c) == "Mn" for c in name)
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in unicodedata.normalize("NFKC", name) if c.isalpha()}
    return hidden or empty or len(scripts & {"LATIN", "GREEK", "CYRILLIC"}) > 1
