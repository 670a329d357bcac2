import { error } from "@sveltejs/kit";
import type { Handle } from "@sveltejs/kit/hooks";
import { DOORWARD_URL } from "$app/env/private";
import { Doorward, type Session } from "./doorward";

/** Each request gets a client that speaks for its visitor and passes cookies on, and asks for the session once. */
export const handle: Handle = async ({ event, resolve }) => {
    const { headers } = event.request;
    const address = event.getClientAddress();
    const visitor = { cookie: headers.get("cookie"), userAgent: headers.get("user-agent"), address };
    const setCookies: string[] = [];
    const onSetCookie = (line: string) => setCookies.push(line);
    const doorward = new Doorward({ url: DOORWARD_URL, visitor, onSetCookie });
    let session: Promise<Session | null> | undefined;
    event.locals.doorward = doorward;
    event.locals.session = () => (session ??= doorward.session().catch(() => error(503, "Please try again soon.")));
    const response = await resolve(event);
    if (session) response.headers.set("cache-control", "private, no-store");
    setCookies.forEach((line) => response.headers.append("set-cookie", line));
    return response;
};
