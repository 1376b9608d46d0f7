// A few names to ask a server of, and the server around them. In: nothing. Out: a `Find`, an `Answering` with its clock and counters.
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type Answering, createAnswering } from "../../src/dns/answer.ts";
import { type Cookies, createCookies } from "../../src/dns/cookies.ts";
import { createRateLimit } from "../../src/dns/rate-limit.ts";
import { createDnsTally } from "../../src/dns/tally.ts";
import { type Name, nameBytes, parent, parseName } from "../../src/zones/names.ts";
import { type Find, type Finding, type RecordSet, typeNumber, types } from "../../src/zones/types.ts";
import { manualClock } from "./manual-clock.ts";

export const named = (text: string): Name => {
  const read = parseName(text);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
};

const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
const wireOf = (name: string): Buffer => Buffer.from(nameBytes(named(name)));
const numbers = Buffer.from("00000001000000020000000300000004" + "0000003c", "hex");

const set = (name: string, type: string, rdata: readonly Buffer[], ttl = 60): RecordSet => ({
  name: named(name),
  type: typeNumber(type) ?? 0,
  ttl,
  rdata,
});

const soa = set("example", "SOA", [Buffer.concat([wireOf("ns.example"), wireOf("op.example"), numbers])]);
const sets: readonly RecordSet[] = [
  soa,
  set("example", "NS", [wireOf("ns.example"), wireOf("NS2.Example")]),
  set("example", "MX", [Buffer.concat([Buffer.of(0, 10), wireOf("mail.example")])]),
  set("ns.example", "A", [Buffer.of(192, 0, 2, 53)]),
  set("www.example", "A", [Buffer.of(192, 0, 2, 1), Buffer.of(192, 0, 2, 2)]),
  set("www.example", "TXT", [text("hello")]),
  set("alias.example", "CNAME", [wireOf("www.example")]),
  set("alias.example", "A", []),
  set(
    "big.example",
    "TXT",
    Array.from({ length: 6 }, (_none, at) => text(String(at).repeat(250))),
  ),
];

const none = { answer: [], authority: [], additional: [], scope: 0, why: null, cacheable: true };

/** `near.example` answers by the first octet of the network it is asked for, and holds for its /16 (or /32). */
export const find: Find = (question, visitor) => {
  const { name, type } = question;
  if (name === named("broken.example")) throw new Error("A zone that throws.");
  if (name === named("near.example") && type === types.A) {
    const address = visitor.subnet?.address ?? visitor.resolver;
    const near = set("near.example", "A", [Buffer.of(203, 0, 113, address[0] ?? 0)], 20);
    return { ...none, rcode: 0, authoritative: true, answer: [near], scope: address.length === 4 ? 16 : 32 };
  }
  if (name.endsWith(named("sub.example"))) return referral;
  if (name !== named("example") && parent(name) !== named("example"))
    return { ...none, rcode: 5, authoritative: false, why: "Not served here." };
  const here = sets.filter((one) => one.name === name);
  if (here.length === 0) return { ...none, rcode: 3, authoritative: true, authority: [soa] };
  const found = here.filter((one) => one.type === type);
  if (name === named("alias.example")) {
    const [alias] = here;
    return {
      ...none,
      rcode: 0,
      authoritative: true,
      answer: alias === undefined ? [] : [alias, ...sets.slice(4, 5)],
    };
  }
  const authority = found.length === 0 ? [soa] : [];
  const additional = type === types.NS ? sets.slice(3, 4) : [];
  return { ...none, rcode: 0, authoritative: true, answer: found, authority, additional };
};

const referral: Finding = {
  ...none,
  rcode: 0,
  authoritative: false,
  authority: [
    set(
      "sub.example",
      "NS",
      Array.from({ length: 12 }, (_none, at) => wireOf(`ns${at}.sub.example`)),
    ),
  ],
  additional: Array.from({ length: 12 }, (_none, at) =>
    set(`ns${at}.sub.example`, "AAAA", [Buffer.alloc(16, at)]),
  ),
};

export const secret = Buffer.from("e5e973e5a6b2a43f48e7dc849e37bfcf", "hex");
/** 198.51.100.100, who asks where nobody else does. */
export const asker = Buffer.of(198, 51, 100, 100);

export interface DnsWorld {
  readonly answering: Answering;
  readonly cookies: Cookies;
  readonly clock: ReturnType<typeof manualClock>;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly defects: unknown[];
  /** How often `find` was asked. */
  finds(): number;
}

/** `perSecond` null: without rate limiting. */
export function dnsWorld(perSecond: number | null = null, id: string | null = "pop-a"): DnsWorld {
  const clock = manualClock(1_559_731_985_000);
  const metrics = createMetrics("");
  const cookies = createCookies([secret], () => clock.wallMs() / 1_000);
  const defects: unknown[] = [];
  const nowMs = (): number => clock.monotonicMs();
  let finds = 0;
  const answering = createAnswering({
    find: (question, visitor) => {
      finds++;
      return find(question, visitor);
    },
    identity: { version: "Pharos", id },
    cookies,
    rateLimit: perSecond === null ? null : createRateLimit({ perSecond, nowMs, random: seededRandom(8) }),
    tally: createDnsTally(metrics),
    onDefect: (thrown) => defects.push(thrown),
  });
  return { answering, cookies, clock, metrics, defects, finds: () => finds };
}
