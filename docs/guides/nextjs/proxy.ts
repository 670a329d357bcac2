import { NextResponse, type NextRequest } from "next/server";

/** Saves strangers a rendering. A cookie proves nothing yet: each page asks for the session. */
export const proxy = (request: NextRequest) =>
  request.cookies.has("auth_session") ? NextResponse.next() : NextResponse.redirect(new URL("/login", request.url));

export const config = { matcher: ["/"] };
