import { type Browser, chromium } from "playwright-core";
import { binary } from "./servers.ts";

/** Debian's Chromium, headless, told to look for nothing on the network by itself. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: binary("chromium")!,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
