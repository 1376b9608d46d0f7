// Where a feed takes notes of visitors from POPs. In: POST /sync/notes, and who keeps them. Out: the names of those that are kept, once they are: in the
// control plane's intake, or in a relay's own outbox. Who may follow may bring them; nobody here can read them, or say who said what.
import { Buffer } from "node:buffer";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { requestPath } from "../host/request-path.ts";
import type { Digest } from "../snapshot/types.ts";
import { noteName } from "../snapshot/visitor-note.ts";
import type { Feed } from "./feed.ts";
import { readBounded } from "./members-body.ts";
import type { Gate, TurnedAway } from "./members-gate.ts";
import { bodyDigest } from "./members-proof.ts";
import { decodeNotes, encodeNames, notesBodyBytesMax, notesPath } from "./notes-wire.ts";

/** A sealed note under its name. */
export interface NamedNote {
  readonly name: Digest;
  readonly bytes: Uint8Array;
}

/** Keeps notes, on the device before it resolves, and gives the names of those that it keeps: those that it had before are among them. May reject. */
export type OnNotes = (notes: readonly NamedNote[]) => Promise<readonly Digest[]>;

export interface NotesDoorOptions {
  readonly gate: Gate;
  readonly onNotes: OnNotes;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A feed that takes notes, too. */
export function withNotes(feed: Feed, options: NotesDoorOptions): Feed {
  const door = createNotesDoor(options);
  return { ...feed, fetch: (request) => door(request) ?? feed.fetch(request) };
}

/** Answers POST /sync/notes; null for any other path. */
export function createNotesDoor(options: NotesDoorOptions): (request: Request) => Promise<Response> | null {
  const { gate, onNotes, log, metrics } = options;
  const outcomes = metrics.counter(
    "feed_notes_total",
    "Notes of visitors that POPs brought, by what became of them.",
    "outcome",
  );
  let underWay = 0;
  let hasSaid = false;

  function refused(status: number, outcome: string, more: Readonly<Record<string, string>> = {}): Response {
    outcomes.add(1, outcome);
    return new Response(`${outcome}\n`, { status, headers: { "cache-control": "no-store", ...more } });
  }

  function turnedAway(judgement: TurnedAway): Response {
    return judgement.kind === "not-allowed"
      ? refused(403, "not-allowed")
      : refused(401, "unproven", { "www-authenticate": judgement.challenge });
  }

  async function keep(notes: readonly NamedNote[]): Promise<Response> {
    try {
      const kept = await onNotes(notes);
      outcomes.add(kept.length, "kept");
      outcomes.add(notes.length - kept.length, "unkept");
      hasSaid = false;
      return new Response(Buffer.from(encodeNames(kept)), { headers: { "cache-control": "no-store" } });
    } catch (thrown) {
      if (!hasSaid)
        log.error(`What visitors said was not kept, and stays with the POPs: ${messageOf(thrown)}`);
      hasSaid = true;
      return refused(503, "failed", { "retry-after": "5" });
    }
  }

  async function take(request: Request): Promise<Response> {
    const greeting = gate.greet(request.headers);
    if (greeting.kind !== "go-on") return turnedAway(greeting);
    const body = await readBounded(request, notesBodyBytesMax);
    const read = body === null ? null : decodeNotes(body);
    if (body === null || read === null) return refused(400, "undecodable");
    // Who names no key is a POP that never joined: it brings what any visitor may say, where anyone may follow.
    const judgement = gate.judge(greeting.claim, read.key, notesPath, bodyDigest(body));
    if (judgement.kind !== "allowed") return turnedAway(judgement);
    return keep(read.notes.map((bytes) => ({ name: noteName(bytes), bytes })));
  }

  return (request) => {
    if (requestPath(request.url) !== notesPath) return null;
    if (request.method !== "POST")
      return Promise.resolve(new Response(null, { status: 405, headers: { allow: "POST" } }));
    if (underWay >= limits.notesFeedMax) return Promise.resolve(refused(503, "busy", { "retry-after": "5" }));
    underWay++;
    return take(request).finally(() => {
      underWay--;
    });
  };
}
