// A word that was perhaps meant. In: what was written, what there is. Out: a sentence, or nothing.

/** `Did you mean smoke? `, where a name begins as the word does. */
export function suggestion(word: string, names: readonly string[]): string {
  const near = names.find((name) => name.startsWith(word.slice(0, 3)) || word.includes(name));
  return near === undefined || word === "" ? "" : `Did you mean ${near}? `;
}
