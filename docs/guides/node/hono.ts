import { serve, type HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { html } from "hono/html";
import { proxy } from "hono/proxy";
import { Doorward, DoorwardError, type Session } from "./doorward.ts";

type Env = { Bindings: HttpBindings; Variables: { session: Session } };
const url = process.env.DOORWARD_URL;
/** Behind a reverse proxy: the last address of `X-Forwarded-For` instead. */
const address = (c: Context) => getConnInfo(c).remote.address;

/** Asks once for each request to a protected page. Strangers go to sign in and come back. */
const signedIn = createMiddleware<Env>(async (c, next) => {
    const visitor = { cookie: c.req.header("cookie"), userAgent: c.req.header("user-agent"), address: address(c) };
    const onSetCookie = (line: string) => c.header("set-cookie", line, { append: true });
    const session = await new Doorward({ url, visitor, onSetCookie }).session();
    if (!session) return c.redirect(`/login?next=${encodeURIComponent(c.req.path)}`);
    c.set("session", session);
    c.header("cache-control", "no-store");
    return next();
});

const app = new Hono<Env>();
app.use(csrf());
app.get("/", (c) => c.html(html`<h1>Open to all</h1><a href="/profile">Profile</a>`));
app.get("/profile", signedIn, (c) => {
    const { username } = c.var.session.user;
    return c.html(html`<h1>Profile</h1><p>Username: ${username}</p>
        <form method="post" action="/api/logout"><button type="submit">Sign out</button></form>`);
});

/** Doorward's pages and API under the app's own address. */
app.on(["GET", "POST"], ["/login", "/signup", "/recover", "/reset/*", "/invite/*", "/logout", "/account/*", "/api/*", "/assets/*"], (c) => {
    const { pathname, search } = new URL(c.req.url);
    const forwarded = { "x-forwarded-for": address(c), "x-forwarded-host": c.req.header("host") };
    const headers = { ...c.req.header(), ...forwarded, "x-forwarded-proto": undefined };
    return proxy(`${url}${pathname}${search}`, {
        raw: c.req.raw, headers, redirect: "manual", signal: AbortSignal.timeout(10_000),
    });
});

app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(error);
    const unavailable = error instanceof DoorwardError || error instanceof TypeError || error.name === "TimeoutError";
    return c.text("Something went wrong. Please try again soon.", unavailable ? 503 : 500);
});
serve({ fetch: app.fetch, hostname: process.env.HOST ?? "127.0.0.1", port: Number(process.env.PORT ?? 3000) });
