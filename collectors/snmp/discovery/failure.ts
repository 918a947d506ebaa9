/**
 * Why an address gave no device that can be read, by code. Only what the wire really told is told: where two causes
 * look the same from here, the words name both.
 */
export const DISCOVER_FAILURES = {
  "no-icmp": "no answer to ping: nobody there, or ICMP is filtered",
  "port-closed":
    "the host is there and its SNMP port is closed (ICMP port unreachable): the agent is off, or listens elsewhere",
  unreachable: "there is no way to it",
  timeout:
    "no answer to SNMP: a wrong community (agents are silent about one), an access list, a filter on the way or no agent; these cannot be told apart from here",
  "wrong-community":
    "an SNMP agent is there (it tells its SNMPv3 engine id), and it is silent to the communities tried: they are wrong, SNMPv1 and v2c are off, or its access list leaves this machine out",
  "wrong-user": "the agent does not know the SNMPv3 user",
  "wrong-digest": "the agent knows the SNMPv3 user, and the authentication password or protocol is wrong",
  "unsupported-privacy":
    "the agent does not take the SNMPv3 privacy: wrong privacy password or protocol, or a security level that the user does not have",
  "v3-refused": "the agent's SNMPv3 does not work with the credential",
  clock:
    "the SNMPv3 clocks do not agree (not in time window): the agent's boots or time went back; it may have lost its memory of them",
  "view-too-small":
    "the agent answers and its view leaves out what campusd reads: give the community or user a view of the whole tree (1.3.6.1 and 1.0.8802)",
  "not-snmp": "the agent answered with an error to everything asked",
  interrupted: "the run was ended before it was asked",
} as const;

export type DiscoverFailureCode = keyof typeof DISCOVER_FAILURES;
