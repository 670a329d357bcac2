import { advice, enter, leave, session, token } from "./session.ts";

const main = document.querySelector("main")!;
const show = (html: string) => (main.innerHTML = html);
const go = (path: string) => {
    history.pushState(null, "", path);
    return render();
};

const form = (how: "logIn" | "signUp", title: string) => {
    show(`<h1>${title}</h1><p role="alert"></p><form>
        <label>Username <input name="username" autocomplete="username"></label>
        <label>Password <input name="password" type="password"></label>
        <button type="submit">${title}</button></form><a href="/signup">Create an account</a>`);
    main.querySelector("form")!.onsubmit = async (event) => {
        event.preventDefault();
        const fields = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<string, string>;
        try {
            await enter(how, { username: fields.username!, password: fields.password! });
            await go("/profile");
        } catch (error) {
            main.querySelector("p")!.textContent = advice(error);
        }
    };
};

const profile = async () => {
    const signedIn = await session();
    if (!signedIn) return go("/login");
    // The app's own data, from a server that asks Doorward itself.
    const response = await fetch("/data", { headers: { authorization: `Bearer ${token()}` } });
    if (response.status === 401) return go("/login");
    if (!response.ok) throw new Error(`data: ${response.status}`);
    show(`<h1>Profile</h1><p id="username"></p><p id="data"></p><form><button type="submit">Sign out</button></form>`);
    main.querySelector("#username")!.textContent = `Username: ${signedIn.user.username}`;
    main.querySelector("#data")!.textContent = await response.text();
    main.querySelector("form")!.onsubmit = async (event) => {
        event.preventDefault();
        await leave();
        await go("/login");
    };
};

const views: Record<string, () => unknown> = {
    "/": () => show(`<h1>Open to all</h1><a href="/profile">Profile</a>`),
    "/login": () => form("logIn", "Sign in"),
    "/signup": () => form("signUp", "Sign up"),
    "/profile": profile,
};

const render = async () => {
    try {
        await views[location.pathname]?.();
    } catch (error) {
        show(`<h1>Not now</h1><p>${advice(error)}</p>`);
    }
};

addEventListener("popstate", render);
document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (link) {
        event.preventDefault();
        void go(link.pathname);
    }
});
void render();
