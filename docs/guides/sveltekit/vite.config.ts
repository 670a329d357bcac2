import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

// The address that users open, with which SvelteKit compares the origin of each form.
const paths = { origin: process.env.ORIGIN };

export default defineConfig({ plugins: [sveltekit({ adapter: adapter(), paths })] });
