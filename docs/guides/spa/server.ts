import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { signedIn } from "./api.ts";

const types: Record<string, string> = { ".js": "text/javascript", ".html": "text/html; charset=utf-8" };
const sources = `default-src 'self'; connect-src 'self' ${process.env.DOORWARD_URL}`;
const policy = `${sources}; base-uri 'none'; frame-ancestors 'none'`;

/** The app's own data. */
const data = async (authorization: string | undefined): Promise<[number, string]> => {
    const session = await signedIn(authorization);
    return session ? [200, `Data of ${session.user.userId}`] : [401, "Not signed in"];
};

createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://app").pathname);
    if (path === "/data") {
        const unavailable = (): [number, string] => [503, "Try again"];
        const [status, text] = await data(request.headers.authorization).catch(unavailable);
        response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" }).end(text);
        return;
    }
    const file = extname(path) ? path : "/index.html";
    const headers = { "content-type": types[extname(file)] ?? "text/plain", "content-security-policy": policy };
    const body = await readFile(join("dist", file)).catch(() => null);
    response.writeHead(body ? 200 : 404, headers).end(body);
}).listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
