// A client of the API with types from docs/openapi.json. It compiles only while the document describes what programs get.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type ErrorCode = components["schemas"]["ErrorCode"];
type Reason = components["schemas"]["ErrorReason"];

const client = createClient<paths>({ baseUrl: "http://localhost:8080" });

/// The words of an app for one reason; the compiler knows every reason there is.
const words: Partial<Record<Reason, string>> = { too_short: "Longer, please.", taken: "That name is gone." };

export async function signUp(username: string, password: string): Promise<Date | string[]> {
    const { data, error } = await client.POST("/api/signup", { body: { username, password, transport: "bearer" } });
    if (error) {
        const code: ErrorCode = error.code;
        return (error.errors ?? []).map(({ field, reason }) => `${code} ${field}: ${(reason && words[reason]) ?? ""}`);
    }
    return new Date(data.idlePeriodExpiresAt);
}

export async function session(token: string): Promise<string | undefined> {
    const { data, error, response } = await client.GET("/api/session", {
        headers: { Authorization: `Bearer ${token}` },
    });
    if (error) {
        if (error.code === "unauthenticated") return undefined;
        throw new Error(`${response.status} ${error.error}: ${error.detail ?? ""}`);
    }
    return data.user.username;
}

export async function revoke(sessionId: string): Promise<boolean> {
    const { error } = await client.POST("/api/sessions/{sessionId}/revoke", { params: { path: { sessionId } } });
    return error === undefined;
}

export async function shortestPassword(): Promise<number | undefined> {
    const { data } = await client.GET("/api/config");
    return data?.password.minLength;
}

// @ts-expect-error no error has this code
export const unknownCode: ErrorCode = "no_such_code";
