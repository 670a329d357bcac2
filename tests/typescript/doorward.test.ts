// The types of docs/guides/doorward.ts are those of docs/openapi.json: otherwise this does not compile.

import type * as own from "./doorward";
import type { components } from "./schema";

type Schemas = components["schemas"];
/** Resolves references and intersections, so that types are compared by their members. */
type Flat<T> = T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
type Same<A, B> =
    (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : false;
/** A JSON client has no use for `next`. */
type Fields<Name extends keyof Schemas> = Omit<Schemas[Name], "next">;

type Checks = [
    Same<own.Transport, Schemas["Transport"]>,
    Same<own.User, Schemas["User"]>,
    Same<own.Session, Schemas["Session"]>,
    Same<own.ListedSession, Schemas["ListedSession"]>,
    Same<own.SessionList, Schemas["SessionList"]>,
    Same<own.Config, Schemas["Config"]>,
    Same<own.SignUp, Fields<"SignUp">>,
    Same<own.Credentials, Fields<"LogIn">>,
    Same<own.PasswordChange, Fields<"ChangePassword">>,
    Same<own.Recovery, Fields<"Recover">>,
    Same<own.UsernameChange, Fields<"ChangeUsername">>,
    Same<own.PasswordReset, Omit<Fields<"ResetPassword">, "username">>,
    Same<own.CodesLeft, Schemas["CodesLeft"]>,
    Same<own.NewCodes, Schemas["NewCodes"]>,
    Same<own.ErrorCode, Schemas["ErrorCode"]>,
    Same<own.ErrorField, Schemas["ErrorField"]>,
    Same<own.ErrorReason, Schemas["ErrorReason"]>,
    Same<own.FieldError, Schemas["FieldError"]>,
    Same<own.ErrorBody, Schemas["Error"]>,
];

/** A tuple with `false` in it is not assignable. */
export const checks: Checks extends true[] ? true : Checks = true;

// @ts-expect-error these types differ
export const difference: Same<own.User, own.Session> = true;
