import type { Doorward, Session } from "./doorward";

declare global {
    namespace App {
        interface Locals {
            doorward: Doorward;
            session: () => Promise<Session | null>;
        }
    }
}
