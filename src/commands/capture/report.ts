import type { CaptureReport } from "../../../collectors/snmp/capture/capture.ts";

/** What a person should know before the file is sent. */
export function captureReportText(report: CaptureReport, out: string | undefined): string {
  const { objects, dropped, macs, ipv4, ipv6, names, serials, unknownTexts, requests } = report;
  const lines = [
    `${objects} objects${out === undefined || out === "-" ? "" : ` in ${out}`}, ${requests} requests, ${(report.ms / 1000).toFixed(1)} s; profile ${report.profile ?? "none: the device is new to us"}`,
    `replaced: ${macs} MAC addresses (the maker's half stays), ${ipv4} places with IPv4 and ${ipv6} with IPv6 addresses, ${names} names and places, ${serials} serial numbers`,
  ];
  if (dropped > 0) lines.push(`left out: ${dropped} objects whose index may hold an address`);
  for (const [why, oids] of report.skipped)
    lines.push(
      `not read, ${why}: ${oids.slice(0, 6).join(", ")}${oids.length > 6 ? ` and ${oids.length - 6} more` : ""}`,
    );
  if (unknownTexts > 0)
    lines.push(
      `${unknownTexts} texts are of objects that no profile knows: look at them before you send the file`,
    );
  if (report.partial !== undefined) lines.push(`not whole: ${report.partial}`);
  return lines.join("\n");
}
