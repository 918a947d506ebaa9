/**
 * Every error code campusd can raise, with what it means and what the person who meets it can do.
 * `docs/errors.md` is generated from this table; code compares codes, never message text.
 */
export interface ErrorCodeInfo {
  /** What went wrong, one sentence. */
  readonly meaning: string;
  /** What the person can do about it, one sentence. */
  readonly remedy: string;
  /** Whether trying the same thing again later can succeed. */
  readonly retryable: boolean;
  /** The HTTP status the API answers with. */
  readonly http: number;
}

function code(http: number, retryable: boolean, meaning: string, remedy: string): ErrorCodeInfo {
  return { http, retryable, meaning, remedy };
}

export const ERROR_CODES = {
  E_USAGE: code(400, false, "The command line is not understood.", "Run the command with --help."),
  E_SETTINGS: code(
    400,
    false,
    "A settings file has a wrong key or value.",
    "Correct the file at the line and key that the message names; docs/settings.md lists every key.",
  ),
  E_FILE: code(
    400,
    false,
    "A file cannot be read or written.",
    "Check that the path exists and that the user who runs campusd may read or write it.",
  ),
  E_IMPORT: code(
    422,
    false,
    "An inventory file has errors; nothing was imported.",
    "Correct the rows and columns that are listed and import the file again.",
  ),
  E_PROFILE: code(
    400,
    false,
    "A device profile is not valid.",
    "Correct the profile at the file and line that the message names, then run campusd check profiles.",
  ),
  E_PROFILE_CONFLICT: code(
    400,
    false,
    "Two device profiles claim the same device.",
    "Make one of the two match rules narrower; the message names both files and lines.",
  ),
  E_TARGETS: code(
    400,
    false,
    "A file of targets is not valid.",
    "Correct the file at the line and key that the message names; docs/targets.md explains each.",
  ),
  E_PORT_TAKEN: code(
    503,
    true,
    "A port that campusd should listen on is taken.",
    "Stop the other program or choose another port.",
  ),
  E_STORE_OPEN: code(
    503,
    false,
    "The store cannot be opened.",
    "Check that the data folder exists, is writable and is not used by another campusd.",
  ),
  E_STORE_WRITE: code(
    503,
    true,
    "The store did not take a batch; the batch is kept and sent again.",
    "Check the disk's free space or the database's log.",
  ),
  E_STORE_READ: code(
    503,
    true,
    "The store did not answer a query.",
    "Try again; when it stays, check the database's log.",
  ),
  E_STORE_CORRUPT: code(
    500,
    false,
    "A part of the store does not pass its checksum and was left out.",
    "Keep the file, restore the block from a backup or go on without it; the gap is shown.",
  ),
  E_STATE: code(
    500,
    false,
    "The state database cannot be opened or migrated.",
    "Check the data folder; a database written by a newer campusd is not opened by an older one.",
  ),
  E_TIMEOUT: code(
    504,
    true,
    "A device did not answer in time.",
    "Check address, firewall and whether the device is powered.",
  ),
  E_UNREACHABLE: code(
    502,
    true,
    "A device's address or port refuses packets.",
    "Check address and port and whether the service is switched on.",
  ),
  E_SNMP_MALFORMED: code(
    502,
    true,
    "An SNMP answer is not valid BER or not a valid message.",
    "The datagram was counted and dropped; if it repeats, capture it and report the device.",
  ),
  E_SNMP_STATUS: code(
    502,
    false,
    "The SNMP agent answered with an error status.",
    "Check the view and the community of the agent for the named object.",
  ),
  E_SNMP_SECURITY: code(
    502,
    false,
    "The SNMPv3 agent refuses the user, its signature, its encryption or its security level.",
    "The message says which; compare user, protocols and passphrases with the device's settings.",
  ),
  E_SNMP_NOT_INCREASING: code(
    502,
    false,
    "A walk's next object does not follow the one before it; the walk was ended.",
    "The agent is faulty in this subtree; a quirk in its profile can leave it out.",
  ),
  E_SNMP_CAP: code(
    502,
    false,
    "A walk was ended at its row, byte or time cap.",
    "The rows read so far are kept and marked partial; raise the cap in the profile if the table is really that large.",
  ),
  E_MODBUS_EXCEPTION: code(
    502,
    false,
    "The Modbus device answered with an exception code.",
    "Check unit id, function and register against the device's manual.",
  ),
  E_MODBUS_PROTOCOL: code(
    502,
    true,
    "A Modbus answer does not fit its request.",
    "Check the gateway; the connection was closed and is opened again.",
  ),
  E_MQTT: code(
    502,
    true,
    "The MQTT broker refused or closed the connection.",
    "Check address, user, password and the broker's log.",
  ),
  E_PAYLOAD: code(
    422,
    false,
    "A message's payload cannot be read.",
    "Check the device's payload against its profile; the message was counted and dropped.",
  ),
  E_NOT_FOUND: code(
    404,
    false,
    "There is nothing under this name, or you may not see it.",
    "Check the name.",
  ),
  E_REQUEST: code(
    400,
    false,
    "A request's parameters are not valid.",
    "Correct the parameter that the message names; /api/v1/openapi.json lists them.",
  ),
  E_BUSY: code(
    503,
    true,
    "campusd already serves as many of these requests as it may at once.",
    "Close pages that are not needed, or try again in a few seconds.",
  ),
  E_INTERNAL: code(
    500,
    false,
    "campusd met a fault of its own.",
    "Report it with the log line that carries the same id.",
  ),
} as const satisfies Record<string, ErrorCodeInfo>;

export type ErrorCode = keyof typeof ERROR_CODES;
