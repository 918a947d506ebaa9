/**
 * The status lane of a sample: absence is a status, never a number. A sample whose status is not `ok`
 * has the value NaN and no reader may use it as a number.
 */
export const STATUS = {
  /** The value is good. */
  ok: 0,
  /** The device did not answer. */
  timeout: 1,
  /** The device answered that it has no such object, instance, register or key. */
  absent: 2,
  /** The device sent the value that stands for "no value" (65535 degC, -1, RSSI 127 ...). */
  sentinel: 3,
  /** The value cannot be: percent over 100, NaN, a number where text was promised. */
  implausible: 4,
  /** The counter was reset or its discontinuity time moved: no difference can be made. */
  reset: 5,
  /** The first reading of a counter: there is nothing to make a difference with yet. */
  first: 6,
  /** The device answered with an error (SNMP error status, Modbus exception). */
  refused: 7,
  /** The source said that its values are stale (MQTT last will, Sparkplug NDEATH). */
  stale: 8,
} as const;

export type StatusName = keyof typeof STATUS;
export type Status = (typeof STATUS)[StatusName];

/** Status number to name; index with a value of the status lane. */
export const STATUS_NAMES: readonly StatusName[] = Object.keys(STATUS) as StatusName[];
