"use client";

import { useActionState } from "react";
import { signIn } from "./actions";

const Page = () => {
  const [problem, action] = useActionState(signIn, "");
  return (
    <>
      <h1>Sign in by a server action</h1>
      <p role="alert">{problem}</p>
      <form action={action}>
        <label htmlFor="username">Username</label>
        <input name="username" id="username" />
        <label htmlFor="password">Password</label>
        <input type="password" name="password" id="password" />
        <button type="submit">Sign in</button>
      </form>
    </>
  );
};

export default Page;
