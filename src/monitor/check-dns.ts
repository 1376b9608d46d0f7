// A look at a name. In: name, type, server, records that must be there. Out: up, or why not.
import { getServers } from "node:dns";
import { isIP } from "node:net";
import type { Answer } from "dns-packet";
import type { DnsTarget } from "../model/check.ts";
import { addressOf, type Seen, stopwatch } from "./connection.ts";
import { askDns, type NameServer } from "./dns-asking.ts";
import { Failing, sentenceOf } from "./failing.ts";
import type { LookTerms, Soon } from "./types.ts";

/** What stands for the way there: a server of its own, or the machine's resolver. */
export const dnsHost = ({ server }: DnsTarget): string =>
  server === null ? "the resolver" : placeIn(server).host;

export async function lookDns(target: DnsTarget, terms: LookTerms, seen: Seen): Promise<Soon> {
  const since = stopwatch(terms);
  const server = await serverOf(target, terms);
  const answer = await askDns(target, server, terms);
  seen.times = { ...seen.times, firstByteMs: since() };
  const { rcode } = answer as { readonly rcode?: string };
  if (rcode !== "NOERROR")
    throw new Failing(
      "answer",
      `${server.address} answered ${rcode} for ${target.name}${rcodes[rcode ?? ""] ?? ""}.`,
    );
  const found = (answer.answers ?? []).filter(({ type }) => type === target.type);
  if (found.length === 0) throw new Failing("answer", `${target.name} has no ${target.type} record.`);
  const missing = target.expect.find((wanted) => !found.some((record) => says(record, wanted)));
  if (missing !== undefined)
    throw new Failing(
      "answer",
      `${target.name} has no ${target.type} record ${missing}, but ${sentenceOf(found.map((record) => textsOf(record)[0]).join(", "))}.`,
    );
  return null;
}

const rcodes: Readonly<Record<string, string>> = {
  NXDOMAIN: ", which does not exist",
  SERVFAIL: ": it failed to find out",
  REFUSED: ": it refuses to say",
};

/** A host, or one with a port: `192.0.2.1`, `ns1.example.org:5353`, `[2001:db8::1]:53`. */
function placeIn(text: string): { readonly host: string; readonly port: number } {
  if (isIP(text) !== 0) return { host: text, port: 53 };
  const [, six, other, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: six ?? other ?? text, port: Number(port ?? 53) };
}

async function serverOf({ server }: DnsTarget, terms: LookTerms): Promise<NameServer> {
  if (server !== null) {
    const { host, port } = placeIn(server);
    return { ...(await addressOf(host, terms)), port, policy: "foreign" };
  }
  const own = machineResolver();
  if (own === null) throw new Failing("internal", "This POP's machine names no resolver.");
  return own;
}

/** The first that this machine asks; null: it has none. */
export function machineResolver(): NameServer | null {
  const [first] = getServers();
  return first === undefined ? null : nameServerAt(first);
}

/** A server by its address, as somebody who may name any gives it; null: it is none. */
export function nameServerAt(text: string): NameServer | null {
  const { host, port } = placeIn(text);
  const family = isIP(host);
  return family === 0 ? null : { address: host, family: family as 4 | 6, port, policy: "configured" };
}

function says(record: Answer, wanted: string): boolean {
  const plain = plainly(wanted);
  return textsOf(record).some((text) => plainly(text) === plain);
}

/** Names in one case and without their last dot, addresses in their shortest form. */
function plainly(text: string): string {
  const trimmed = text.trim().toLowerCase().replace(/\.$/, "");
  return isIP(trimmed) === 6 ? new URL(`http://[${trimmed}]`).hostname : trimmed;
}

/** A record as people write it, first in full and then what they write in its place. */
function textsOf(record: Answer): readonly string[] {
  switch (record.type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
      return [record.data];
    case "MX":
      return [`${record.data.preference ?? 0} ${record.data.exchange}`, record.data.exchange];
    case "TXT":
      return [Buffer.concat([record.data].flat().map((piece) => Buffer.from(piece))).toString("utf8")];
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return [[mname, rname, serial, refresh, retry, expire, minimum].join(" "), mname, String(serial)];
    }
    case "CAA":
      return [`${record.data.flags ?? 0} ${record.data.tag} "${record.data.value}"`, record.data.value];
    default:
      return [];
  }
}
