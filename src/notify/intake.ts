// Takes in what visitors said to the pages of this control plane. In: sealed notes, from POPs. Out: what follows from them on the device, and then the names
// of those that need not come again. A note that nobody can read, or that says nothing, is one of these: it would say no more the next time.
// Nothing is ever answered to a visitor: what is known of an address is seen by whoever reads its mail alone.
import { type Clock, nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { type LanguageCode, languageCodes } from "../model/language.ts";
import type { PageView } from "../model/view.ts";
import type { Digest } from "../snapshot/types.ts";
import { openNote, type VisitorNote } from "../snapshot/visitor-note.ts";
import type { ReaderLinks } from "../store/reader-links.ts";
import type { Said } from "../store/subscriber-hearing.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { NamedNote } from "../sync/notes-door.ts";
import { type Chosen, visitorSaid } from "./visitor-said.ts";

export interface IntakeOptions {
  readonly subscribers: Pick<Subscribers, "hear" | "hasNote">;
  readonly links: Pick<ReaderLinks, "read" | "inbox">;
  /** Null where there is no such page. */
  view(page: string): PageView | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Takes notes in, one after the other; resolves when what follows from them is on the device. Rejects with Fault `disk-full`: then they are to come again. */
export type Intake = (notes: readonly NamedNote[]) => Promise<readonly Digest[]>;

/** Opened in one turn of the event loop: 4 ms at 0.2 ms each. */
const perTurn = 20;

export function createIntake({ subscribers, links, view, clock, metrics }: IntakeOptions): Intake {
  const outcomes = metrics.counter(
    "visitor_notes_total",
    "Notes of visitors that were taken in, by what became of them.",
    "outcome",
  );

  /** What a note says to whom; or why it says nothing. */
  function readOf({ name, bytes }: NamedNote): { readonly page: string; readonly said: Said } | string {
    if (subscribers.hasNote(name)) return "again";
    const opened = openNote(links.inbox.secret, bytes);
    if (!opened.ok) return "unreadable";
    const page = view(opened.value.page);
    if (page === null) return "no-page";
    const said = meant(opened.value, page);
    return typeof said === "string" ? said : { page: page.page.id, said: { ...said, note: name } };
  }

  function meant(note: VisitorNote, page: PageView): Omit<Said, "note"> | string {
    const said = visitorSaid(note);
    if (said === null) return "says-nothing";
    // A POP whose clock is ahead would have the last word for as long.
    const atMs = Math.min(note.atMs, clock.wallMs());
    const language = languageOf(note, page);
    if (said.kind === "wish") {
      if (atMs < clock.wallMs() - limits.confirmationMs) return "too-old";
      const { incident } = said.of;
      if (incident !== null && !page.incidentById.has(incident)) return "no-incident";
      const components = knownOf(said.components, page) ?? null;
      return { of: said.of, word: { kind: "wish", atMs, components, language } };
    }
    const link = links.read(said.token);
    // Of another page, it is nobody's here.
    if (link === null || link.page !== note.page) return "no-link";
    const of = { id: link.id };
    switch (said.kind) {
      case "confirm":
        if (link.deed !== "confirm") return "no-link";
        if (atMs > link.atMs + limits.confirmationMs) return "too-old";
        return { of, word: { kind: "confirm", askedMs: link.atMs, atMs, by: "reader" } };
      case "unsubscribe":
        if (link.deed === "confirm") return "no-link";
        // A POP whose clock is behind takes nobody's word back to before the link was made.
        return { of, word: { kind: "unsubscribe", atMs: Math.max(atMs, link.atMs) } };
      case "choose": {
        const components = knownOf(said.components, page);
        if (link.deed !== "manage") return "no-link";
        if (components === undefined) return "says-nothing";
        return { of, word: { kind: "choose", atMs: Math.max(atMs, link.atMs), components, language } };
      }
    }
  }

  return async (notes) => {
    const byPage = new Map<string, Said[]>();
    for (const [at, note] of notes.entries()) {
      const read = readOf(note);
      if (typeof read === "string") outcomes.add(1, read);
      else {
        const own = byPage.get(read.page) ?? [];
        byPage.set(read.page, own);
        own.push(read.said);
      }
      if (at % perTurn === perTurn - 1) await nextTurn();
    }
    for (const [page, said] of byPage)
      for (const became of await subscribers.hear(page, said)) outcomes.add(1, became);
    return notes.map(({ name }) => name);
  };
}

/** Those that the page has; undefined where none of them is left. */
function knownOf(chosen: Chosen, { componentById }: PageView): Chosen | undefined {
  if (chosen === null) return null;
  const known = chosen.filter((id) => componentById.has(id));
  return known.length === 0 ? undefined : known;
}

/** In which the visitor read the form, where the page still speaks it. */
function languageOf({ language }: VisitorNote, { page }: PageView): LanguageCode | null {
  return languageCodes.find((code) => code === language && page.languages.includes(code)) ?? null;
}
