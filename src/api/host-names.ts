import { isLoopback } from "../settings/loopback.ts";

/**
 * Whether a request's Host header names this server: a loopback name, or one that the settings list for a proxy.
 * A page on another site that makes its own name resolve to 127.0.0.1 (DNS rebinding) sends its own name and is
 * turned away. A request without the header comes from no browser.
 */
export function isOwnName(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined) return true;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header.trim());
  const host = (match?.[1] ?? match?.[2])?.toLowerCase();
  return host !== undefined && (isLoopback(host) || names.includes(host));
}
