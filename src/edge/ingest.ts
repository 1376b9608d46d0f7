// Signed documents brought to a POP by hand. In: POST bodies of anyone. Out: what holds is stored; size, rate and signature come first.
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openEmergency, untimely } from "../snapshot/emergency.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import type { Acceptance, DocumentRefusal, RootDocument, Trust } from "../snapshot/trust.ts";
import { keepDocument } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";

export interface IngestOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A document was taken into trust and store: what follows or publishes has to look again. */
  onTaken(): void;
}

export type Ingest = (request: Request) => Promise<Response>;

const minuteMs = 60_000;

/** Takes delegations, removals, epochs, appointments and emergencies. The one door for what is signed and does not come by the feed. */
export function createIngest(options: IngestOptions): Ingest {
  const outcomes = options.metrics.counter(
    "ingest_total",
    "Documents brought to the ops address.",
    "outcome",
  );
  let minute = Number.NEGATIVE_INFINITY;
  let inMinute = 0;
  const withinRate = (): boolean => {
    const now = Math.floor(options.clock.monotonicMs() / minuteMs);
    inMinute = now === minute ? inMinute + 1 : 1;
    minute = now;
    return inMinute <= limits.ingestPerMinuteMax;
  };
  return async (request) => {
    const [outcome, response] = await take(options, request, withinRate);
    outcomes.add(1, outcome);
    return response;
  };
}

async function take(
  options: IngestOptions,
  request: Request,
  withinRate: () => boolean,
): Promise<readonly [outcome: string, response: Response]> {
  if (Number(request.headers.get("content-length") ?? 0) > limits.documentBytesMax) return tooLong();
  if (!withinRate()) {
    return ["too-many", says(429, { error: `At most ${limits.ingestPerMinuteMax} documents a minute.` })];
  }
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limits.documentBytesMax) return tooLong();
  const wallMs = options.clock.wallMs();
  const acceptance = options.trust.accept(bytes, (emergency) => untimely(emergency, wallMs, "hand"));
  if (acceptance.outcome === "refused") return refused(acceptance.reason, wallMs);
  const { outcome, document } = acceptance;
  // Whoever brings an emergency means it to be seen: that a newer one holds must not look like success.
  if (outcome === "superseded" && document.kind === "emergency") return overtaken(options.store, document);
  return keep(options, acceptance, bytes);
}

async function keep(
  { store, log, onTaken }: IngestOptions,
  { outcome, document }: Exclude<Acceptance, { outcome: "refused" }>,
  bytes: Uint8Array,
): Promise<readonly [string, Response]> {
  const { kind, subject } = document;
  // Known to this process is not yet stored: an earlier try may have met a full disk.
  const stored = store.document(kind, subject);
  if (
    outcome === "accepted" ||
    (outcome === "known" && (stored === null || digestOf(stored) !== digestOf(bytes)))
  ) {
    try {
      await keepDocument(store, document, bytes);
    } catch (thrown) {
      const remedy = thrown instanceof Fault ? ` ${thrown.remedy}` : "";
      log.error(`A signed document could not be stored: ${messageOf(thrown)}${remedy}`, { kind, subject });
      return [
        "not-stored",
        says(507, { error: "The document holds, but could not be stored. Send it again." }),
      ];
    }
    log.info("A signed document was taken.", { kind, subject });
    onTaken();
  }
  // A mistyped page id is a page too, to those who sign: whether this place has it is worth saying.
  const page = kind === "emergency" ? { holds_page: store.head(subject) !== null } : {};
  return [outcome, says(200, { outcome, kind, subject, ...page })];
}

function refused(reason: DocumentRefusal, wallMs: number): readonly [string, Response] {
  const timely = reason !== "until-past" && reason !== "until-too-far";
  const clockSays = timely ? "" : ` This machine's clock says ${new Date(wallMs).toISOString()}.`;
  return [reason, says(403, { error: `${refusalSentence(reason)}${clockSays}`, reason })];
}

function overtaken(store: SnapshotStore, { subject }: RootDocument): readonly [string, Response] {
  const stored = store.document("emergency", subject);
  const held = stored === null ? null : openEmergency(stored);
  const which = held?.ok === true ? ` ${held.value.value.sequence}` : "";
  const error = `Another emergency document holds for this page, of sequence${which}: only a higher one replaces it.`;
  return ["sequence-not-above", says(403, { error, reason: "sequence-not-above" })];
}

function says(status: number, body: Readonly<Record<string, string | boolean>>): Response {
  return Response.json(body, { status });
}

function tooLong(): readonly [string, Response] {
  return ["too-long", says(413, { error: `A document has at most ${limits.documentBytesMax} bytes.` })];
}
