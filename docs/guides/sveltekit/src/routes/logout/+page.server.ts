import { redirect } from "@sveltejs/kit";
import type { Actions } from "./$types";

export const actions = {
    default: async ({ locals }) => {
        await locals.doorward.logOut();
        redirect(303, "/login");
    },
} satisfies Actions;
