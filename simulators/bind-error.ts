import { isIPv6 } from "node:net";
import { CampusError } from "../src/errors/campus-error.ts";

/** A failed bind as the one error class. */
export function bindError(
  error: NodeJS.ErrnoException,
  transport: "udp" | "tcp",
  address: string,
  port: number,
): CampusError {
  const where = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  const context = { address, port, transport };
  if (error.code === "EADDRINUSE")
    return new CampusError(
      "E_PORT_TAKEN",
      `${transport} ${where} is taken by another program`,
      context,
      error,
    );
  return new CampusError(
    "E_UNREACHABLE",
    `cannot listen on ${transport} ${where}: ${error.message}`,
    context,
    error,
  );
}
