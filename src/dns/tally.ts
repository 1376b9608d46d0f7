// What a DNS process counts. In: answers, queries that got none. Out: numbers for whoever scrapes.
import type { Metrics } from "../base/metrics.ts";
import { type Led, rcodes, rcodeWord, types, typeWord } from "../zones/types.ts";

/** Why a query got no answer. */
export const dropReasons = ["short", "response", "rate", "defect"] as const;
export type DropReason = (typeof dropReasons)[number];

const transports = ["udp", "tcp"] as const;
/** What an answer was: whole, cut to fit, or cut because too many came. */
const shapes = ["whole", "truncated", "slipped"] as const;
export type Shape = (typeof shapes)[number];

export interface DnsTally {
  /** `type` is null where no question could be read. `rcode` has all twelve bits. */
  answered(rcode: number, type: number | null, transport: "udp" | "tcp", bytes: number, shape: Shape): void;
  /** An answer led a visitor somewhere. */
  led(to: Led): void;
  dropped(reason: DropReason): void;
  cached(hit: boolean): void;
  /** Answers that were made and did not leave: the kernel took no more. */
  unsent(count: number): void;
}

const typeNumbers = Object.values(types);
const typeRows = [...typeNumbers.map(typeWord), "other", "none"];
const rcodeNumbers = Object.values(rcodes);

/** Places by number: types up to 257, rcodes up to 23. */
const rowOfType = new Uint8Array(65_536).fill(typeNumbers.length);
for (const [row, number] of typeNumbers.entries()) rowOfType[number] = row;
const rowOfRcode = new Uint8Array(4_096);
for (const [row, number] of rcodeNumbers.entries()) rowOfRcode[number] = row;
const rowOfNone = typeRows.length - 1;

export function createDnsTally(metrics: Metrics): DnsTally {
  const columns = { name: "transport", values: transports };
  const byType = metrics.table(
    "dns_queries_total",
    "Queries that were answered, by type and transport.",
    { name: "type", values: typeRows },
    columns,
  );
  const byRcode = metrics.table(
    "dns_answers_total",
    "Answers by rcode and transport.",
    { name: "rcode", values: rcodeNumbers.map(rcodeWord) },
    columns,
  );
  const byShape = metrics.table(
    "dns_answer_shapes_total",
    "Answers that were whole, truncated to fit, or slipped: cut because too many of them were asked for.",
    { name: "shape", values: shapes },
    columns,
  );
  const bytesSent = metrics.table(
    "dns_answer_bytes_total",
    "Bytes of answers.",
    { name: "of", values: ["messages"] },
    columns,
  );
  const drops = metrics.counter("dns_dropped_total", "Queries that got no answer, by reason.", "reason");
  const cache = metrics.counter("dns_cache_total", "Questions by whether their answer was held.", "outcome");
  const pops = metrics.counter("dns_led_total", "Answers by the POP or CDN that they lead to first.", "pop");
  const countries = metrics.counter(
    "dns_countries_total",
    "Steered answers by the country of those they are for.",
    "country",
  );
  const unsent = metrics.counter("dns_unsent_total", "Answers over UDP that the kernel did not take.");
  let hits = 0;
  let misses = 0;
  return {
    answered(rcode, type, transport, bytes, shape) {
      const column = transport === "udp" ? 0 : 1;
      byType.add(type === null ? rowOfNone : (rowOfType[type] as number), column);
      byRcode.add(rowOfRcode[rcode] as number, column);
      byShape.add(shape === "whole" ? 0 : shape === "truncated" ? 1 : 2, column);
      bytesSent.add(0, column, bytes);
    },
    led({ first, country }) {
      pops.add(1, first);
      countries.add(1, country === "" ? "unknown" : country);
    },
    dropped: (reason) => drops.add(1, reason),
    unsent: (count) => unsent.add(count),
    cached(hit) {
      if (hit) cache.set(++hits, "hit");
      else cache.set(++misses, "miss");
    },
  };
}
