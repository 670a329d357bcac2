import { cookies, headers } from "next/headers";
import { cache } from "react";
import { Doorward } from "./doorward";

/** A client that speaks for the visitor of this request. */
const client = async (onSetCookie?: (line: string) => void) => {
  const request = await headers();
  const [cookie, userAgent, address] = ["cookie", "user-agent", "x-forwarded-for"].map((name) => request.get(name));
  return new Doorward({ url: process.env.DOORWARD_URL, visitor: { cookie, userAgent, address }, onSetCookie });
};

/** The session or null; throws if Doorward does not answer. Layouts and pages share one lookup. */
export const getPageSession = cache(async () => (await client()).session());

/** For server actions and route handlers, which may set cookies: passes them on to the browser. */
export const clientThatSetsCookies = async () => {
  const jar = await cookies();
  return client((line) => {
    const [pair, ...attributes] = line.split("; ").map((part) => [part.split("=", 1)[0], part.replace(/^[^=]*=?/, "")]);
    const { "Max-Age": maxAge, Domain: domain, Secure: secure } = Object.fromEntries(attributes);
    const lasting = { maxAge: Number(maxAge), domain, secure: secure !== undefined };
    jar.set(pair[0], pair[1], { path: "/", httpOnly: true, sameSite: "lax", ...lasting });
  });
};
