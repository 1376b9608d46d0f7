// A job says that it is alive: `/ping/<token>`, `/start`, `/fail` or its exit code behind it, by GET, HEAD or POST, at any host. In: an exchange at its start. Out: "OK" once it is
// written down and flushed by the syncer; nobody else is asked, so a dead control plane changes nothing. Addresses and answers are those that Healthchecks.io
// documents, so that its clients work with another base URL.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Answer } from "../host/asked.ts";
import { pingName } from "../snapshot/check-plan.ts";
import type { PingWord } from "../snapshot/check-report.ts";
import type { Exchange, Step } from "./exchange.ts";
import { linesOf } from "./headers.ts";
import { heardInTime, unheard } from "./hearing.ts";
import type { Link, PingAsk } from "./link.ts";
import { createNoteRates } from "./note-rates.ts";
import { plain, plainWith } from "./plain.ts";
import { pathOf } from "./receive.ts";

export interface PingParts {
  readonly ping: Link["ping"];
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

const shape = /^\/ping\/([A-Za-z0-9_-]{16,64})(?:\/(start|fail|\d{1,3}))?$/;

/** Between the path and the page: it is nobody's host. */
export function answerPing({ ping, clock, random, metrics }: PingParts): Step {
  const taken = metrics.counter("edge_pings_total", "Pings of jobs, by what became of them.", "outcome");
  const rates = createNoteRates({
    ...{ clock, random },
    perAddress: limits.pingsPerAddressMax,
    perMinute: limits.pingsPerMinuteMax,
  });
  let hearing = 0;

  async function take(exchange: Exchange, asked: Omit<PingAsk, "said">): Promise<Answer> {
    hearing++;
    try {
      const body = await heardInTime(exchange.asked, clock, limits.pingBodyBytesMax);
      if (typeof body === "string") {
        taken.add(1, unheard[body]);
        return plain(unheard[body], exchange);
      }
      const outcome = await ping({ ...asked, said: firstLineOf(body) });
      taken.add(1, outcome);
      if (outcome === "kept") return heard;
      return plain(outcome === "unknown" ? "notFound" : "unkept", exchange);
    } finally {
      hearing--;
    }
  }

  return (exchange) => {
    const { asked, peer } = exchange;
    if (!asked.target.startsWith("/ping/") || asked.method === "OPTIONS") return null;
    const path = pathOf(asked.target);
    const [, token, said] = shape.exec(path ?? "") ?? [];
    const meant = wordOf(said);
    if (token === undefined || meant === null) return null;
    exchange.path = path ?? "";
    const waitS = hearing >= limits.noteVisitorsMax ? 1 : rates.take(peer.address);
    if (waitS === null) return take(exchange, { name: pingName(token), ...meant });
    taken.add(1, "tooMany");
    return plainWith("tooMany", exchange, { "retry-after": String(waitS) });
  };
}

/** Null for what is no exit code. */
function wordOf(said: string | undefined): { readonly word: PingWord; readonly exit: number | null } | null {
  if (said === undefined) return { word: "success", exit: null };
  if (said === "start" || said === "fail") return { word: said, exit: null };
  const exit = Number(said);
  return exit > 255 ? null : { word: exit === 0 ? "success" : "fail", exit };
}

const utf8 = new TextDecoder();

/** Control characters would be somebody's terminal's. */
function firstLineOf(body: Uint8Array): string | null {
  const line =
    utf8
      .decode(body)
      .trimStart()
      .split(/[\r\n]/)[0] ?? "";
  const plainLine = line.replace(/\p{C}/gu, " ").trim();
  return plainLine === "" ? null : [...plainLine].slice(0, limits.pingSaidCharsMax).join("");
}

const heard: Answer = {
  status: 200,
  fields: linesOf({ "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" }),
  body: Buffer.from("OK"),
};
