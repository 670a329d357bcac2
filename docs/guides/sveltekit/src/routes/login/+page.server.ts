import { error, fail, redirect } from "@sveltejs/kit";
import { DoorwardError } from "../../doorward";
import type { Actions } from "./$types";

export const actions = {
    default: async ({ request, locals }) => {
        const form = await request.formData();
        const [username, password] = [String(form.get("username")), String(form.get("password"))];
        try {
            await locals.doorward.logIn({ username, password });
        } catch (problem) {
            if (!(problem instanceof DoorwardError) || problem.status >= 500) error(503, "Please try again soon.");
            return fail(problem.status, { problem: problem.detail ?? problem.message });
        }
        redirect(303, "/profile");
    },
} satisfies Actions;
