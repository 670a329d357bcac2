import { Doorward, DoorwardError, type Credentials, type Session } from "./doorward.ts";

const url = import.meta.env.VITE_DOORWARD_URL;
const KEY = "doorward-token";

/** Scripts of the page can read this, other tabs and sites cannot. It ends with the tab. */
export const token = () => sessionStorage.getItem(KEY);
const client = () => new Doorward({ url, token: token() });

/** Asks once for all parts of the page; again after a sign-in or sign-out. */
let asked: Promise<Session | null> | undefined;
export const session = () => (asked ??= client().session().catch(forget));

const forget = (error: unknown) => {
    asked = undefined;
    throw error;
};

export const enter = async (how: "logIn" | "signUp", fields: Credentials) => {
    const opened = await new Doorward({ url })[how]({ ...fields, transport: "bearer" });
    sessionStorage.setItem(KEY, opened.token!);
    asked = Promise.resolve(opened);
};

export const leave = async () => {
    await client().logOut();
    sessionStorage.removeItem(KEY);
    asked = undefined;
};

/** What to show a person, one sentence for each wrong field. */
export const advice = (error: unknown) => {
    if (!(error instanceof DoorwardError) || error.status >= 500) return "Please try again soon.";
    const fields = error.errors.map(({ field, detail }) => detail && `${field}: ${detail}`);
    return fields.filter(Boolean).join(" ") || error.detail || error.message;
};
