import type { Inspection } from "./run.ts";

/**
 * One DeviceSnapshot as a line of JSON. The target is as it was given, so that who asked finds its answer. In this format every
 * address has a `prefixLength`; where the agent gives none it is 0 and `prefixUnknown` says so, for no interface has a /0.
 */
export function jsonLine({ target, snapshot, error }: Inspection): string {
  const addresses = snapshot?.addresses.map((one) =>
    one.prefixLength === undefined ? { ...one, prefixLength: 0, prefixUnknown: true } : one,
  );
  return `${JSON.stringify({ target: target.text, ...snapshot, ...(addresses && { addresses }), ...(error && { error }) })}\n`;
}
