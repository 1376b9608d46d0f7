// Checks in an operator's words. In: a check, what is known of it. Out: marks, words, choices.
import type { CheckDesk, SaidVerdict } from "../control/check-desk.ts";
import type { Check, CheckKind, ProbeState } from "../model/check.ts";
import { missingSecrets } from "../model/check-target.ts";
import type { PageView } from "../model/view.ts";
import type { Mark } from "../render/severity.ts";
import type { Choice } from "./field.tsx";

export const kindWords: Readonly<Record<CheckKind, { readonly name: string; readonly does: string }>> = {
  http: { name: "Web address", does: "Asks an http or https address and looks at its answer." },
  tcp: { name: "Port", does: "Connects to a port; sends a text and waits for one, where you say so." },
  tls: { name: "Certificate", does: "Looks at a TLS certificate, and how long it is still valid." },
  dns: { name: "DNS name", does: "Asks name servers for a record, and compares the answers." },
  websocket: {
    name: "WebSocket",
    does: "Opens a WebSocket; sends a text and waits for one, where you say so.",
  },
  heartbeat: {
    name: "Heartbeat",
    does: "Waits to be called: by a job, a backup, a machine. Silence is the failure.",
  },
};

const verdictMarks: Readonly<Record<SaidVerdict["state"], readonly [Mark, string]>> = {
  up: ["ok", "Up"],
  slow: ["deg", "Slow"],
  suspected: ["par", "Suspected"],
  down: ["maj", "Down"],
  unknown: ["inf", "Not known yet"],
};

export const probeMarks: Readonly<Record<ProbeState, readonly [Mark, string]>> = {
  up: ["ok", "Up"],
  slow: ["deg", "Slow"],
  down: ["maj", "Down"],
  blind: ["inf", "Had no connection"],
};

/** What is so of a check. */
export function checkState(
  { page }: PageView,
  check: Check,
  checks: CheckDesk,
): { readonly mark: Mark; readonly words: string } {
  if (check.paused) return { mark: "mnt", words: "Paused" };
  if (missingSecrets(check.target).length > 0) return { mark: "mnt", words: "Waits for secrets" };
  const [mark, words] = verdictMarks[checks.verdict(page.id, check.id)?.state ?? "unknown"];
  return { mark, words };
}

export const actChoices: readonly Choice[] = [
  { value: "watch", label: "Nothing: it is only shown here" },
  { value: "component", label: "Its component takes the status below" },
  { value: "draft", label: "An incident is drafted; a person publishes it" },
  { value: "incident", label: "An incident is opened, updated and resolved" },
];

/** "every 60 s" */
export const everyWords = (ms: number): string =>
  ms % 3_600_000 === 0
    ? `every ${ms / 3_600_000} h`
    : ms % 60_000 === 0
      ? `every ${ms / 60_000} min`
      : `every ${ms / 1_000} s`;

/** "99.95 %"; rounded down, so that only what never failed is 100. */
export const ratioWords = (ratio: number | null): string =>
  ratio === null ? "–" : `${(Math.floor(ratio * 10_000) / 100).toFixed(2).replace(/\.?0+$/, "")}\u00a0%`;
