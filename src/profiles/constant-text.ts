import type { Template } from "./compiled.ts";

/** The text of a template that is made of constants; undefined when it names a field of a row. */
export function constantText(template: Template): string | undefined {
  let text = "";
  for (const part of template.parts) {
    if (!("literal" in part)) return undefined;
    text += part.literal;
  }
  return text;
}
