// `pharos doctor independence`: would the status page fall together with what it reports on? In: hosts of both sides, a file of AS numbers. Out: a line a shared part.
import { existsSync, readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { writeFileWhole } from "../host/files.ts";
import { machineResolver, nameServerAt } from "../monitor/check-dns.ts";
import type { NameServer } from "../monitor/dns-asking.ts";
import {
  isGrave,
  type NetworkOf,
  type OwnFacts,
  type OwnKind,
  ownKinds,
  type Shared,
  sharedFix,
  sharedParts,
  sharedSaid,
} from "../monitor/independence.ts";
import { type FactTerms, factsOf } from "../monitor/independence-facts.ts";
import { asNumbers } from "../steering/as-numbers.ts";
import { reportOf } from "./doctor.ts";
import type { Check, Finding, Given } from "./doctor-checks.ts";
import { type Context, defineCommand } from "./flags.ts";

export const command = defineCommand({
  name: "doctor independence",
  summary: "name what the status page shares with what it reports on, and what would fall with it",
  about: `Asks DNS and TLS for the addresses, networks, CDN, name servers and certificate authority of the hosts on both sides, and changes nothing. --status takes <what>=<host>, where <what> is ${ownKinds.join(", ")}; a host alone is a page. Networks are known by a file of AS numbers (MMDB), such as GeoLite2-ASN or that of IP Location DB. Ends with 1 where all of one kind of ours would fall with something that is reported on; with --known, for a timer that repeats it, where something is shared that was not shared before.`,
  example: [
    "doctor independence --status status.example.org --status pop=fra.example.net --status mail=smtp.example.net --monitored shop.example.com --asn /var/lib/pharos/asn.mmdb",
  ],
  flags: {
    status: { kind: "list", required: true, help: "<what>=<host> that the status page needs, several times" },
    monitored: { kind: "list", required: true, help: "host that it reports on, several times" },
    asn: { kind: "path", help: "MMDB file of AS numbers; without it networks are not compared" },
    resolver: {
      kind: "string",
      help: "name server to ask, an address with or without a port; else this machine's",
    },
    "tls-port": { kind: "port", default: 443, help: "port on which certificates are shown" },
    known: { kind: "path", help: "file that keeps what was shared at the last run: only what is new fails" },
    json: { kind: "boolean", help: "one JSON object with a list of findings" },
  },
  async run(values, context) {
    const asking = askingOf(values, context);
    // Of a POP's settings none is looked at.
    return reportOf(checksOf(values, asking), {} as Given, values.json, context);
  },
});

interface Values {
  readonly status: readonly string[];
  readonly monitored: readonly string[];
  readonly asn?: string | undefined;
  readonly known?: string | undefined;
  readonly resolver?: string | undefined;
  readonly tlsPort: number;
}

/** What the facts of each host are gathered with; a look of its own for each, with a time limit of its own. */
type Asking = (onUnknown: (sentence: string) => void) => FactTerms;

function askingOf({ asn, resolver, tlsPort }: Values, { clock, random }: Context): Asking {
  const networkOf = asn === undefined ? () => null : networksIn(asn);
  const server = serverOf(resolver);
  const room = { take: () => true, give: () => {} };
  return (onUnknown) => {
    const called = new AbortController();
    clock.after(limits.independenceMsMax, () => called.abort());
    const timeoutMs = limits.independenceMsMax;
    const look = {
      clock,
      random,
      room,
      timeoutMs,
      signal: called.signal,
      allowed: undefined,
      authorities: undefined,
    };
    return { look, server, networkOf, tlsPort, onUnknown };
  };
}

function serverOf(resolver: string | undefined): NameServer {
  const server = resolver === undefined ? machineResolver() : nameServerAt(resolver);
  if (server !== null) return server;
  const [what, todo] =
    resolver === undefined
      ? ["This machine names no resolver.", "Name one with --resolver."]
      : [
          `--resolver "${resolver}" is no address.`,
          "Give one such as 9.9.9.9, 127.0.0.1:5353 or [2620:fe::fe]:53.",
        ];
  throw new Fault("usage", what, todo);
}

function networksIn(path: string): (address: string) => NetworkOf | null {
  try {
    return asNumbers(readFileSync(path));
  } catch (thrown) {
    throw new Fault(
      "usage",
      `--asn ${path} cannot be read as an MMDB file: ${messageOf(thrown)}.`,
      "Give a file of AS numbers, such as GeoLite2-ASN.mmdb.",
    );
  }
}

function ownOf(said: string): { readonly kind: OwnKind; readonly host: string } {
  const at = said.indexOf("=");
  const [kind, host] = at < 0 ? ["page", said] : [said.slice(0, at), said.slice(at + 1)];
  const known = ownKinds.find((one) => one === kind);
  if (known !== undefined && host !== "") return { kind: known, host };
  throw new Fault("usage", `--status "${said}" is not <what>=<host>.`, `<what> is ${ownKinds.join(", ")}.`);
}

function checksOf({ status, monitored, asn, known }: Values, asking: Asking): readonly Check[] {
  const ours = status.map(ownOf);
  const last = known === undefined ? null : { path: known, said: knownIn(known) };
  const run = (): Promise<readonly Finding[]> =>
    compared(ours, monitored, { knowsNetworks: asn !== undefined, last, asking });
  return [{ name: "independence", run }];
}

/** What was shared at the last run, and where that is kept. */
interface Last {
  readonly path: string;
  readonly said: readonly string[];
}

interface Comparing {
  readonly knowsNetworks: boolean;
  readonly last: Last | null;
  readonly asking: Asking;
}

async function compared(
  ours: readonly { kind: OwnKind; host: string }[],
  theirs: readonly string[],
  { knowsNetworks, last, asking }: Comparing,
): Promise<readonly Finding[]> {
  const unknown = new Set<string>();
  const terms = asking((sentence) => void unknown.add(sentence));
  const own = await Promise.all(
    ours.map(async ({ kind, host }): Promise<OwnFacts> => ({ kind, ...(await factsOf(host, terms)) })),
  );
  const monitored = await Promise.all([...new Set(theirs)].map((host) => factsOf(host, terms)));
  const parts = sharedParts(own, monitored);
  const shared = last === null ? parts.map(findingOf) : await sinceLast(last, parts, unknown.size > 0);
  const missing: Finding[] = [
    ...(knowsNetworks
      ? []
      : [
          {
            state: "warn",
            says: "Networks were not compared.",
            fix: "Name a file of AS numbers with --asn.",
          } as const,
        ]),
    ...[...unknown].map((says): Finding => ({ state: "warn", says })),
  ];
  if (shared.length > 0) return [...shared, ...missing];
  const count = `${own.length} of ours and ${monitored.length} that are reported on`;
  return [{ state: "ok", says: `Nothing is shared, as far as it is known: ${count}.` }, ...missing];
}

function findingOf(one: Shared): Finding {
  return { state: isGrave(one) ? "fail" : "warn", says: sharedSaid(one), fix: sharedFix[one.part] };
}

/**
 * What is new fails, however small; what was there before is warned of, and what is gone is told. Where something could not be found out, nothing
 * is taken for gone: it would be new again the next time.
 */
async function sinceLast(
  { path, said: before }: Last,
  parts: readonly Shared[],
  isDoubtful: boolean,
): Promise<readonly Finding[]> {
  const now = new Map(parts.map((one) => [sharedSaid(one), one]));
  const gone = before.filter((said) => !now.has(said));
  await writeFileWhole(
    path,
    Buffer.from(`${JSON.stringify([...now.keys(), ...(isDoubtful ? gone : [])], null, 2)}\n`),
  );
  return [
    ...[...now].map(([said, one]): Finding => {
      const isNew = !before.includes(said);
      return { ...findingOf(one), state: isNew ? "fail" : "warn", says: isNew ? `New: ${said}` : said };
    }),
    ...(isDoubtful ? [] : gone.map((said): Finding => ({ state: "ok", says: `No longer so: ${said}` }))),
  ];
}

function knownIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const wrong = new Fault(
    "usage",
    `--known ${path} holds no list of what was shared.`,
    "Name another file, or remove it.",
  );
  let held: unknown;
  try {
    held = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw wrong;
  }
  if (!Array.isArray(held) || held.some((one) => typeof one !== "string")) throw wrong;
  return held as readonly string[];
}
