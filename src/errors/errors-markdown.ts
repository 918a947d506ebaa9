import { ERROR_CODES, type ErrorCodeInfo } from "./codes.ts";

/** docs/errors.md, made from the table of codes: write it to that file, or compare it with it. */
export function errorsMarkdown(codes: Readonly<Record<string, ErrorCodeInfo>> = ERROR_CODES): string {
  const rows = Object.entries(codes).map(
    ([code, info]) =>
      `| \`${code}\` | ${cell(info.meaning)} | ${cell(info.remedy)} | ${info.retryable ? "yes" : "no"} | ${info.http} |`,
  );
  return [
    "<!-- Generated from src/errors/codes.ts; do not edit. -->",
    "",
    "# Errors",
    "",
    "Every error of campusd has one of these codes: on the command line, in the log and in the API's answers.",
    "Programs compare codes, never the text of a message. *Again* says whether the same thing can succeed when it",
    "is tried again later; *HTTP* is the status of the API's answer.",
    "",
    "| Code | What it means | What to do | Again | HTTP |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
