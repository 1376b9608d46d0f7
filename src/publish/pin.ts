// A page that was rolled back stays there until it is released. In: a page's notes. Out: the pin, and the note that keeps it.
// It lies beside the snapshot, written in the same transaction as the rollback: it survives restarts and backups and goes with the page.

/** Times in ms since the epoch. */
export interface Pin {
  /** The generation whose parts are shown. */
  readonly to: number;
  readonly sinceMs: number;
}

/** No part's note is called this. */
const name = "pin";

/** The pin among the notes of a page; null where it is free. */
export function pinIn(notes: ReadonlyMap<string, Uint8Array>): Pin | null {
  const bytes = notes.get(name);
  return bytes === undefined ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Pin);
}

/** The note that pins a page; null releases it. */
export function pinNote(pin: Pin | null): readonly [string, Uint8Array | null] {
  return [name, pin && new TextEncoder().encode(JSON.stringify(pin))];
}
