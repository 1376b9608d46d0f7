// The known word that a mistyped one was probably meant to be. In: a word, known words. Out: one of them, or null.

/** The nearest known word within a third of the word's length, at least two edits (Levenshtein). */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestEdits = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = editsBetween(word, candidate);
    if (edits < bestEdits) [best, bestEdits] = [candidate, edits];
  }
  return best;
}

/** ` Did you mean x?`, or nothing. */
export function suggestion(word: string, known: readonly string[], prefix = ""): string {
  const found = nearest(word, known);
  return found === null ? "" : `Did you mean ${prefix}${found}? `;
}

function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_none, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
