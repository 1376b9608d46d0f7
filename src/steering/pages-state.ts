// What state pages are in, for `TXT _status`. In: a store that follows, root keys, wall time. Out: a line of figures and words a page.
// The state is what the page's own signed `/api/v2/status.json` says; an emergency in force takes its place.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { readStoredEmergency } from "../snapshot/emergency.ts";
import { frontPart } from "../snapshot/front.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart, findRoute, partIndex } from "../snapshot/part.ts";
import type { Digest, Head, Manifest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { PageFacts } from "./steering-facts.ts";

export interface PagesStateOptions {
  readonly store: SnapshotStore;
  readonly rootKeys: readonly PublicKey[];
  readonly clock: Clock;
}

type Said = Pick<PageFacts, "hosts" | "state" | "text">;

/** Reads pages as they are now; what a generation said is read once. */
export function createPagesState({ store, rootKeys, clock }: PagesStateOptions): () => readonly PageFacts[] {
  const known = new Map<string, { readonly manifest: Digest; readonly said: Said }>();

  function saidBy(head: Head): Said {
    const last = known.get(head.page);
    if (last?.manifest === head.manifest) return last.said;
    const said = readPage(store, head);
    known.set(head.page, { manifest: head.manifest, said });
    return said;
  }

  function emergencyOf(page: string): string | null {
    const document = store.document("emergency", page);
    if (document === null) return null;
    const emergency = readStoredEmergency(document, (key) => store.document("appointment", key), rootKeys);
    const inForce = emergency?.page === page && emergency.text !== "" && clock.wallMs() < emergency.untilMs;
    return inForce ? emergency.text : null;
  }

  return () => {
    store.refresh();
    const freshness = store.freshness();
    const heads = store.heads();
    for (const page of known.keys()) if (!heads.some((head) => head.page === page)) known.delete(page);
    return heads.map((head) => {
      const { hosts, state, text } = saidBy(head);
      const emergency = emergencyOf(head.page);
      const stale = freshness === null || freshness.level === 1;
      return {
        page: head.page,
        hosts,
        generation: head.generation,
        state: emergency === null ? state : "emergency",
        text: emergency ?? text,
        level: emergency === null ? (stale ? 1 : 0) : 3,
        confirmedMs: stale ? (freshness?.confirmedMs ?? null) : null,
      };
    });
  };
}

const unknown: Said = { hosts: [], state: "unknown", text: "" };

function readPage(store: SnapshotStore, head: Head): Said {
  const bytes = store.tree(head.manifest);
  const opened = bytes === null ? null : openManifest(bytes);
  if (opened?.ok !== true) return unknown;
  const manifest = opened.value.value;
  const { hosts } = manifest;
  const route = routeAt(store, manifest, "/api/v2/status.json");
  const body = route === null ? null : store.object(route.variants.identity.digest);
  return { hosts, ...(body === null ? { state: "unknown", text: "" } : readStatus(body)) };
}

function routeAt(store: SnapshotStore, { parts }: Manifest, path: string): Route | null {
  for (const index of [frontPart, partIndex(path, parts.length)]) {
    const bytes = store.tree(parts[index] ?? "");
    const part = bytes === null ? null : decodePart(bytes);
    const route = part?.ok === true ? findRoute(part.value, path) : null;
    if (route !== null) return route;
  }
  return null;
}

/** `{status: {indicator, description}}`; words of a page that pharos did not render may be anything. */
function readStatus(body: Uint8Array): Pick<Said, "state" | "text"> {
  try {
    const { status } = JSON.parse(Buffer.from(body).toString("utf8")) as { status?: Record<string, unknown> };
    const { indicator, description } = status ?? {};
    return {
      state: typeof indicator === "string" && /^[a-z_]{1,32}$/.test(indicator) ? indicator : "unknown",
      text: typeof description === "string" ? description : "",
    };
  } catch {
    return { state: "unknown", text: "" };
  }
}
