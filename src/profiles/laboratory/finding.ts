/** What the laboratory says of one object or point of a profile. */
export interface Finding {
  /**
   * error: the profile cannot be right. explained: it is not what the MIB text says, and the profile says why
   * (`unlikeMib`). note: something to look at.
   */
  readonly level: "error" | "explained" | "note";
  readonly check:
    | "oid"
    | "leaf"
    | "index"
    | "decode"
    | "unit"
    | "enumeration"
    | "range"
    | "counter"
    | "physical"
    | "field"
    | "source"
    | "sample";
  readonly file: string;
  readonly line: number;
  /** `table.point` or `table.column`. */
  readonly key: string;
  readonly message: string;
}

/** Takes what is said of the object or point at hand. */
export type Say = (check: Finding["check"], level: Finding["level"], message: string) => void;

/** `device-profiles/x.yaml:12 table.point: [unit] message`. */
export function findingText(finding: Finding): string {
  return `${finding.file}:${finding.line} ${finding.key}: [${finding.check}] ${finding.message}`;
}
