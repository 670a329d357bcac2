import { Doorward } from "./doorward.ts";

/** For the app's own API: the session of a request's `Authorization` header, null for a stranger. One lookup. */
export const signedIn = (authorization: string | undefined) => {
    const token = /^bearer (\S+)$/i.exec(authorization ?? "")?.[1] ?? null;
    return new Doorward({ url: process.env.DOORWARD_URL, token }).session();
};
