import express, { type NextFunction, type Request, type Response } from "express";
import { Doorward, DoorwardError } from "./doorward.ts";

const app = express();
// Behind a reverse proxy on this machine, `app.set("trust proxy", "loopback")` makes `req.ip` the visitor's address.
app.use(express.urlencoded({ extended: false }));

/** A client that speaks for the visitor and passes cookies on. */
const doorward = (req: Request, res: Response) => {
    const visitor = { cookie: req.get("cookie"), userAgent: req.get("user-agent"), address: req.ip };
    const onSetCookie = (line: string) => res.append("set-cookie", line);
    return new Doorward({ url: process.env.DOORWARD_URL, visitor, onSetCookie });
};

/** Asks once for each request to a protected page. Strangers go to sign in. */
const signedIn = async (req: Request, res: Response, next: NextFunction) => {
    res.locals.session = await doorward(req, res).session();
    res.set("cache-control", "no-store");
    return res.locals.session ? next() : res.redirect("/login");
};

/** Forms of other sites change nothing here. */
app.use((req, res, next) => {
    const origin = req.get("origin");
    const own = !origin || (URL.canParse(origin) && new URL(origin).host === req.get("host"));
    return own || req.method === "GET" ? next() : res.sendStatus(403);
});

const escape = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const form = (title: string, problem = "") => `<h1>${title}</h1><p role="alert">${escape(problem)}</p>
    <form method="post"><input name="username"><input name="password" type="password">
    <button type="submit">${title}</button></form><a href="/signup">Create an account</a>`;

for (const [path, title] of [["/login", "Sign in"], ["/signup", "Sign up"]] as const) {
    app.get(path, (_, res) => res.send(form(title)));
    app.post(path, async (req, res) => {
        const fields = { username: String(req.body.username), password: String(req.body.password) };
        try {
            await (path === "/login" ? doorward(req, res).logIn(fields) : doorward(req, res).signUp(fields));
        } catch (error) {
            if (!(error instanceof DoorwardError) || error.status >= 500) throw error;
            return res.status(error.status).send(form(title, error.detail ?? error.message));
        }
        return res.redirect(303, "/profile");
    });
}
app.post("/logout", async (req, res) => {
    await doorward(req, res).logOut();
    res.redirect(303, "/login");
});
app.get("/", (_, res) => res.send(`<h1>Open to all</h1><a href="/profile">Profile</a>`));
app.get("/profile", signedIn, (_, res) => res.send(`<h1>Profile</h1>
    <p>Username: ${escape(res.locals.session.user.username)}</p>
    <form method="post" action="/logout"><button type="submit">Sign out</button></form>`));
app.use((error: { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
    const status = error instanceof DoorwardError ? 503 : (error.status ?? 500);
    res.status(status).send("Something went wrong. Please try again soon.");
});
app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
