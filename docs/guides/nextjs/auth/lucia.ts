import { getPageSession } from "./session";

export const auth = { handleRequest: (_request: unknown) => ({ validate: getPageSession }) };
