import { join } from "node:path";

/** Where `npm run build:console` puts the page. */
export const CONSOLE_FOLDER = join(import.meta.dirname, "../../../console/dist");
