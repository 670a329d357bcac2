import os
from functools import wraps
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from flask import Flask, abort, g, redirect, request

# Keeps no cookies: httpx would send those of one visitor with the requests of all others.
no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
doorward = httpx.Client(base_url=os.environ["DOORWARD_URL"], timeout=2, cookies=no_cookies)
PASSED_ON = ["Cookie", "User-Agent", "Accept-Language"]


def ask(method: str, path: str, **arguments) -> httpx.Response:
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    headers |= {"Accept": "application/json", "X-Forwarded-For": request.remote_addr}
    answer = doorward.request(method, path, headers=headers, **arguments)
    g.setdefault("set_cookies", []).extend(answer.headers.get_list("set-cookie"))
    return answer.raise_for_status() if answer.is_server_error else answer


def signed_in(page):
    """For protected pages: asks once for each request, and sends strangers to sign in."""
    @wraps(page)
    def guarded(*arguments, **named):
        answer = ask("GET", "/api/session") if "auth_session" in request.cookies else None
        if answer is None or answer.status_code == 401:
            return redirect("/login", 303)
        g.session = answer.raise_for_status().json()
        return page(*arguments, **named)
    return guarded


def refuse_forms_of_other_sites():
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and origin.split("://")[-1] != request.host:
        abort(403)


def pass_cookies_on(response):
    response.headers.extend([("Set-Cookie", line) for line in g.pop("set_cookies", [])])
    if "session" in g:
        response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask):
    app.before_request(refuse_forms_of_other_sites)
    app.after_request(pass_cookies_on)
    app.register_error_handler(httpx.HTTPError, lambda _: ("Something went wrong. Try again soon.", 503))
