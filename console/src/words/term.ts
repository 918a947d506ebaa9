/** The word of a code in a glossary; a code the glossary lacks is shown as it came, never as nothing. */
export const term = (glossary: Readonly<Record<string, string>>, code: string): string =>
  Object.hasOwn(glossary, code) ? glossary[code]! : code;

/** A state in the words of a device's maker (`notPresent`, `FAN_FAILED`): the glossary's word, else its own words apart. */
export const makerState = (glossary: Readonly<Record<string, string>>, name: string): string => {
  const code = name.toLowerCase().replace(/[^a-z\d]/g, "");
  if (Object.hasOwn(glossary, code)) return glossary[code]!;
  return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/_/g, " ");
};
