/** The word of a code in a glossary; a code the glossary lacks is shown as it came, never as nothing. */
export const term = (glossary: Readonly<Record<string, string>>, code: string): string =>
  Object.hasOwn(glossary, code) ? glossary[code]! : code;
