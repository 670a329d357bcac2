import os
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Annotated
from urllib.parse import quote

import httpx
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

# Keeps no cookies: httpx would send those of one visitor with the requests of all others.
no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
doorward = httpx.AsyncClient(base_url=os.environ["DOORWARD_URL"], timeout=2, cookies=no_cookies)
PASSED_ON = ["cookie", "user-agent", "accept", "accept-language", "content-type", "origin", "sec-fetch-site"]

PAGES = ["/login", "/signup", "/recover", "/reset", "/logout", "/account"]
FOLDERS = ["/account/{_:path}", "/reset/{_:path}", "/invite/{_:path}", "/api/{_:path}", "/assets/{_:path}"]

class Stranger(Exception): ...


def handed_on(request: Request) -> dict[str, str]:
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    headers |= {"x-forwarded-for": request.client.host, "x-forwarded-host": request.headers["host"]}
    return headers | {"accept-encoding": "identity"}


async def signed_in(request: Request, response: Response) -> dict:
    if "auth_session" not in request.cookies:
        raise Stranger
    answer = await doorward.get("/api/session", headers=handed_on(request))
    if answer.status_code == 401:
        raise Stranger
    session = answer.raise_for_status().json()
    response.headers["cache-control"] = "no-store"
    for line in answer.headers.get_list("set-cookie"):
        response.headers.append("set-cookie", line)
    return session


# FastAPI asks once for each request, however many parts of it depend on the session.
Session = Annotated[dict, Depends(signed_in)]


async def forward(request: Request):
    url = httpx.URL(request.url.path, query=request.url.query.encode())
    sent = {"headers": handed_on(request), "content": await request.body(), "timeout": 10}
    answer = await doorward.request(request.method, url, **sent)
    response = Response(answer.content, answer.status_code)
    kept = [(name.lower(), value) for name, value in answer.headers.raw]
    response.raw_headers = [(name, value) for name, value in kept if name not in (b"transfer-encoding", b"connection")]
    return response


def install(app: FastAPI):
    app.exception_handler(Stranger)(lambda request, _: RedirectResponse(f"/login?next={quote(request.url.path)}", 303))
    app.exception_handler(httpx.HTTPError)(lambda *_: PlainTextResponse("Something went wrong. Try again soon.", 503))
    for path in PAGES + FOLDERS:
        app.add_api_route(path, forward, methods=["GET", "POST"], include_in_schema=False)
