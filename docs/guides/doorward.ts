// A client of Doorward's API without dependencies, for browsers and servers. Copy it into your app.

export type Transport = "cookie" | "bearer";
export type Attributes = { [name: string]: unknown };

export interface User {
    userId: string;
    username: string;
    attributes?: Attributes;
}

export interface Session {
    sessionId: string;
    state: "active";
    fresh: boolean;
    activePeriodExpiresAt: string;
    idlePeriodExpiresAt: string;
    attributes?: Attributes;
    user: User;
    /** Only after `transport: "bearer"`. */
    token?: string;
    /** Only after a recovery. */
    recoveryCodesLeft?: number;
}

export interface ListedSession {
    sessionId: string;
    current: boolean;
    createdAt: string;
    /** Exact to an hour. */
    lastUsedAt: string;
    activePeriodExpiresAt: string;
    idlePeriodExpiresAt: string;
    userAgent?: string | null;
    address?: string | null;
    attributes?: Attributes;
}

export interface SessionList {
    sessions: ListedSession[];
    more: boolean;
}

export interface Config {
    signUpOpen: boolean;
    signUp: "open" | "invite" | "closed";
    username: { policy: "unicode" | "precis" | "ascii"; minLength: number; maxLength: number };
    password: { minLength: number; maxLength: number; blocklist: boolean };
    languages: string[];
}

export type Credentials = { username: string; password: string; transport?: Transport };
export type SignUp = Credentials & { invitation?: string };
export type UsernameChange = { username: string; currentPassword: string; userId?: string };
export type PasswordChange = { currentPassword: string; newPassword: string; transport?: Transport; userId?: string };
export type Recovery = { username: string; code: string; newPassword: string; transport?: Transport };
export type PasswordReset = { code: string; newPassword: string; transport?: Transport };
export type CodesLeft = { left: number; createdAt?: string | null };
export type NewCodes = { codes: string[] };

export type ErrorCode =
    | "invalid_username" | "invalid_password" | "invalid_user_id" | "invalid_key_id" | "invalid_attributes"
    | "username_taken" | "user_id_taken" | "key_taken" | "incorrect_credentials" | "incorrect_password"
    | "incorrect_recovery_code" | "invalid_link" | "malformed_request" | "unauthenticated" | "cross_origin"
    | "signup_closed" | "invitation_required" | "account_disabled" | "not_found" | "method_not_allowed"
    | "request_timeout" | "payload_too_large" | "unsupported_media_type"
    | "too_many_attempts" | "header_fields_too_large" | "unknown" | "overloaded" | "unavailable";
export type ErrorField =
    | "username" | "password" | "currentPassword" | "newPassword" | "code" | "invitation" | "transport"
    | "userId" | "keyId" | "attributes" | "disabled" | "passwordLink" | "uses" | "expiresIn";
export type ErrorReason =
    | "required" | "too_short" | "too_long" | "too_common" | "contains_username" | "surrounding_space"
    | "invisible_character" | "character_not_allowed" | "mixed_scripts" | "reserved" | "is_password"
    | "not_invited" | "taken" | "incorrect" | "malformed";
export type FieldError = { field: ErrorField; reason?: ErrorReason; detail?: string };
export interface ErrorBody {
    error: string;
    code: ErrorCode;
    detail?: string;
    field?: ErrorField;
    reason?: ErrorReason;
    errors?: FieldError[];
}

/** A refusal. If Doorward does not answer in time, or at all, `status` is 503 and `code` is `unavailable`. */
export class DoorwardError extends Error {
    override name = "DoorwardError";
    readonly status: number;
    readonly code: ErrorCode;
    readonly detail: string | undefined;
    readonly field: ErrorField | undefined;
    readonly reason: ErrorReason | undefined;
    readonly errors: FieldError[];
    /** Seconds to wait, after 429 and 503. */
    readonly retryAfter: number | undefined;

    constructor(status: number, body: ErrorBody, retryAfter?: number, cause?: unknown) {
        super(body.error, { cause });
        this.status = status;
        this.code = body.code;
        this.detail = body.detail;
        this.field = body.field;
        this.reason = body.reason;
        this.errors = body.errors ?? [];
        this.retryAfter = retryAfter;
    }
}

/** The browser whose request a server is answering. */
export interface Visitor {
    /** Its `Cookie` header. Only Doorward's cookies are passed on. */
    cookie?: string | null | undefined;
    userAgent?: string | null | undefined;
    /** Its address. Doorward believes it if `DOORWARD_TRUSTED_PROXIES` names this server. */
    address?: string | null | undefined;
}

export interface Options {
    /** Where Doorward is; by default the origin of the page. */
    url?: string;
    /** For servers. Make one client for each request. */
    visitor?: Visitor;
    /** Receives each `Set-Cookie` line, for the response to the visitor. */
    onSetCookie?: (line: string) => void;
    /** A bearer token instead of a cookie. */
    token?: string | null | undefined;
    /** `DOORWARD_COOKIE_NAME`, if you set it. */
    cookieName?: string;
}

/** Time-outs in milliseconds. A sign-in may wait for a hashing thread. */
const LOOKUP_TIMEOUT = 2_000;
const CHANGE_TIMEOUT = 10_000;

export class Doorward {
    readonly #url: string;
    readonly #headers: Record<string, string> = { accept: "application/json" };
    readonly #mayHaveSession: boolean;
    readonly #onSetCookie: ((line: string) => void) | undefined;

    constructor({ url = "", visitor, onSetCookie, token, cookieName = "auth_session" }: Options = {}) {
        this.#url = url;
        this.#onSetCookie = onSetCookie;
        const own = (visitor?.cookie ?? "").split(/; */).filter((part) => {
            return part.startsWith(`${cookieName}=`) || part.startsWith(`${cookieName}_device=`);
        });
        if (token) this.#headers.authorization = `Bearer ${token}`;
        else if (own.length > 0) this.#headers.cookie = own.join("; ");
        if (visitor?.userAgent) this.#headers["user-agent"] = visitor.userAgent;
        if (visitor?.address) this.#headers["x-forwarded-for"] = visitor.address;
        // A browser sends its cookie itself, and scripts cannot see it.
        const inBrowser = visitor === undefined && token === undefined;
        this.#mayHaveSession = inBrowser || !!token || own.some((part) => part.startsWith(`${cookieName}=`));
    }

    /** The session, or null for a stranger. Does not ask if the visitor has no cookie. */
    async session(): Promise<Session | null> {
        return this.#mayHaveSession ? this.#orNull(this.#json<Session>("GET", "/api/session")) : null;
    }

    /** The user of the session, from headers; null for a stranger. */
    async verify(): Promise<{ userId: string; username: string } | null> {
        const response = this.#mayHaveSession ? await this.#orNull(this.#call("GET", "/api/verify")) : null;
        const [userId, username] = ["x-auth-user-id", "x-auth-username"].map((name) => response?.headers.get(name));
        return userId && username ? { userId, username: decodeURIComponent(username) } : null;
    }

    signUp(fields: SignUp): Promise<Session> {
        return this.#json("POST", "/api/signup", fields);
    }

    logIn(fields: Credentials): Promise<Session> {
        return this.#json("POST", "/api/login", fields);
    }

    /** Revokes the session. A visitor without one is signed out already. */
    async logOut(): Promise<void> {
        await this.#orNull(this.#call("POST", "/api/logout", {}));
    }

    sessions(): Promise<SessionList> {
        return this.#json("GET", "/api/sessions");
    }

    async revoke(sessionId: string): Promise<void> {
        await this.#call("POST", `/api/sessions/${encodeURIComponent(sessionId)}/revoke`, {});
    }

    async revokeOthers(): Promise<void> {
        await this.#call("POST", "/api/sessions/revoke-others", {});
    }

    /** Revokes every session of the user and opens a new one. */
    changePassword(fields: PasswordChange): Promise<Session> {
        return this.#json("POST", "/api/password", fields);
    }

    /** Id and sessions of the user stay. */
    async changeUsername(fields: UsernameChange): Promise<void> {
        await this.#call("POST", "/api/username", fields);
    }

    /** Replaces the recovery codes. No other call shows these. */
    recoveryCodes(password?: string): Promise<NewCodes> {
        return this.#json("POST", "/api/recovery-codes", { password });
    }

    recoveryCodesLeft(): Promise<CodesLeft> {
        return this.#json("GET", "/api/recovery-codes");
    }

    recover(fields: Recovery): Promise<Session> {
        return this.#json("POST", "/api/recover", fields);
    }

    /** Chooses a new password with the code of a link that the operator made. */
    resetPassword(fields: PasswordReset): Promise<Session> {
        return this.#json("POST", "/api/reset", fields);
    }

    async deleteAccount(password: string): Promise<void> {
        await this.#call("POST", "/api/account/delete", { password });
    }

    config(): Promise<Config> {
        return this.#json("GET", "/api/config");
    }

    async #json<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
        const response = await this.#call(method, path, body);
        return response.json().catch((cause) => this.#unreachable(cause)) as Promise<T>;
    }

    async #call(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
        const request: RequestInit = {
            method,
            headers: body ? { ...this.#headers, "content-type": "application/json" } : this.#headers,
            signal: AbortSignal.timeout(method === "GET" ? LOOKUP_TIMEOUT : CHANGE_TIMEOUT),
            cache: "no-store",
            redirect: "error",
        };
        if (body) request.body = JSON.stringify(body);
        const response = await fetch(this.#url + path, request).catch((cause) => this.#unreachable(cause));
        if (this.#onSetCookie) response.headers.getSetCookie().forEach(this.#onSetCookie);
        if (response.ok) return response;
        const fallback: ErrorBody = { error: `Status ${response.status}`, code: "unknown" };
        const refusal: ErrorBody = await response.json().catch(() => fallback);
        const seconds = Number(response.headers.get("retry-after")) || undefined;
        throw new DoorwardError(response.status, refusal?.code ? refusal : fallback, seconds);
    }

    #unreachable(cause: unknown): never {
        throw new DoorwardError(503, { error: "Doorward does not answer", code: "unavailable" }, undefined, cause);
    }

    async #orNull<T>(answer: Promise<T>): Promise<T | null> {
        return answer.catch((error: unknown) => {
            if (error instanceof DoorwardError && error.status === 401) return null;
            throw error;
        });
    }
}
