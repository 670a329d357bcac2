"use server";
import { clientThatSetsCookies } from "@/auth/session";
import { DoorwardError } from "@/auth/doorward";
import { redirect } from "next/navigation";

export const signIn = async (_previous: string, form: FormData) => {
  const [username, password] = [String(form.get("username")), String(form.get("password"))];
  try {
    await (await clientThatSetsCookies()).logIn({ username, password });
  } catch (error) {
    if (error instanceof DoorwardError) return error.detail ?? error.message;
    throw error;
  }
  redirect("/");
};
