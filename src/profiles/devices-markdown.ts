import type { ProfileReport, ProfileSummary } from "./load.ts";

/** What speaks for a profile besides the MIB objects that its points name. */
export interface DeviceEvidence {
  /** Profile id to the number of public recordings of real devices that it was compared on. */
  readonly recordings: Readonly<Record<string, number>>;
  /**
   * Profile id to the readings that its samples of invented values (tests/profiles/samples) must give, and how many of
   * them have a raw value that MIB text explains.
   */
  readonly samples: ReadonlyMap<string, { readonly readings: number; readonly byMib: number }>;
  /** Profile id to the maker's objects that were found in MIB text as the profile has them, and to all that it reads. */
  readonly mibs: Readonly<Record<string, readonly [checked: number, objects: number]>>;
}

const MODULE = /^([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)\b/;

const INTRODUCTION = `# Devices that campusd knows

This page is made from the profiles (\`npm run generate\`). Each line is a family: the profile in \`device-profiles/\`
that its devices get by their \`sysObjectID\` and \`sysDescr\`, how many points it can read, and what speaks for it:

- **MIB**: modules of the maker that its points cite, each point with its object. The standards (IF-MIB, IP-MIB, LLDP-MIB,
  BRIDGE-MIB, ENTITY-MIB and the like) are read of every device and are not repeated here.
- **MIB checked**: of the maker's own objects that the profile reads, how many the laboratory (\`campusd check profiles --mibs\`)
  found in the text of a MIB module under their name and OID, with nothing in that text against how they are read that the
  profile does not explain. The others are in no module that was at hand.
- **Recordings**: public recordings of real devices on which what campusd reads was compared with what an established
  system reads. A number says how many the profile was matched to, not that every value agreed.
- **Sample**: the tests hold a sample of **invented values**, which no device ever gave, and what must be read from it: how
  many readings, and after the stroke of how many the raw value is what the text of a MIB module means by it. For the
  others the profile itself was asked, or a person wrote them.

A device of no family gets \`generic-snmp\`: what the standards say. [Writing a profile](writing-a-profile.md) adds one.
`;

/** docs/devices.md, from the report on the shipped profiles. */
export function devicesMarkdown(report: ProfileReport, evidence: DeviceEvidence): string {
  const common = new Set(modules(report.profiles.find(({ id }) => id === "generic-snmp")));
  const lines: string[] = [
    INTRODUCTION,
    "| Maker | Profile | Family | 设备 | Role | Points | MIB | MIB checked | Recordings | Sample |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  const inOrder = report.profiles.toSorted(
    (a, b) => a.vendor.localeCompare(b.vendor, "en") || a.id.localeCompare(b.id, "en"),
  );
  for (const profile of inOrder) {
    const own = modules(profile).filter((module) => !common.has(module));
    const cells = [
      profile.vendor,
      `\`${profile.id}\``,
      profile.title.en,
      profile.title.zh,
      profile.role,
      profile.points.length,
      own.join(", "),
      evidence.mibs[profile.id]?.join("/") ?? "",
      evidence.recordings[profile.id] ?? "",
      sampleText(evidence.samples.get(profile.id)),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

/** `23/20`: readings of the samples, and those that a MIB explains; of readings written by hand the number alone. */
function sampleText(sample: { readonly readings: number; readonly byMib: number } | undefined): string {
  if (!sample) return "";
  return sample.byMib > 0 ? `${sample.readings}/${sample.byMib}` : `${sample.readings}`;
}

/** MIB modules that the profile's points cite, sorted. */
function modules(profile: ProfileSummary | undefined): string[] {
  const found = new Set<string>();
  for (const { source } of profile?.points ?? []) {
    const module = MODULE.exec(source)?.[1];
    if (module?.endsWith("MIB") || /^(?:RADLAN|CISCOSB)-/.test(module ?? "")) found.add(module!);
  }
  return [...found].sort();
}
