import ipaddr from "ipaddr.js";

/**
 * Whether a host to listen on is reachable from this machine alone: `localhost`, 127.0.0.0/8, ::1, also in
 * the mapped form ::ffff:127.0.0.1. Any other name is not resolved and counts as reachable from outside.
 */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  return ipaddr.isValid(host) && !isShortIpv4(host) && ipaddr.process(host).range() === "loopback";
}

/** A literal IPv4 address in four parts or IPv6 address, or `localhost`. */
export function isHost(host: string): boolean {
  return host === "localhost" || (ipaddr.isValid(host) && !isShortIpv4(host));
}

/** `127.1` or `2130706433`, which ipaddr.js takes for IPv4 and a reader does not. */
function isShortIpv4(host: string): boolean {
  return !host.includes(":") && host.split(".").length !== 4;
}
