// What a host hangs on, asked from here. In: a host, a name server to ask, who knows networks. Out: addresses, networks, CDN, name servers, authority.
// Hosts are named by whoever runs this: any address may be asked. What cannot be found out is null and is said.
import { isIP } from "node:net";
import type { Answer, DecodedPacket } from "dns-packet";
import { messageOf } from "../base/fault.ts";
import { dialSocket } from "../host/dial.ts";
import { secure } from "../host/dial-secure.ts";
import { askDns, type NameServer } from "./dns-asking.ts";
import type { HostFacts, NetworkOf } from "./independence.ts";
import type { LookTerms } from "./types.ts";

export interface FactTerms {
  readonly look: LookTerms;
  readonly server: NameServer;
  /** Null: nobody knows. */
  networkOf(address: string): NetworkOf | null;
  /** Where a certificate is shown. */
  readonly tlsPort: number;
  /** Something could not be found out. */
  onUnknown(sentence: string): void;
}

/** Canonical names that end so are those of a CDN or host of pages that many share. */
const carriers: Readonly<Record<string, string>> = {
  "akadns.net": "Akamai",
  "akamai.net": "Akamai",
  "akamaiedge.net": "Akamai",
  "amazonaws.com": "Amazon Web Services",
  "azureedge.net": "Azure",
  "azurefd.net": "Azure",
  "azurewebsites.net": "Azure",
  "b-cdn.net": "bunny.net",
  "cdn77.org": "CDN77",
  "cloudapp.net": "Azure",
  "cloudflare.net": "Cloudflare",
  "cloudfront.net": "Amazon CloudFront",
  "edgekey.net": "Akamai",
  "edgesuite.net": "Akamai",
  "fastly.net": "Fastly",
  "fastlylb.net": "Fastly",
  "github.io": "GitHub Pages",
  "googlehosted.com": "Google",
  "gcdn.co": "Gcore",
  "herokudns.com": "Heroku",
  "impervadns.net": "Imperva",
  "incapdns.net": "Imperva",
  "netlify.app": "Netlify",
  "netlifyglobalcdn.com": "Netlify",
  "pages.dev": "Cloudflare",
  "statuspage.io": "Statuspage",
  "stackpathdns.com": "StackPath",
  "trafficmanager.net": "Azure",
  "vercel-dns.com": "Vercel",
};

export async function factsOf(host: string, terms: FactTerms): Promise<HostFacts> {
  const literal = isIP(host) !== 0;
  const [four, six] = literal
    ? [null, null]
    : [await asked(host, "A", terms), await asked(host, "AAAA", terms)];
  const found = literal ? [host] : [...addressesIn(four), ...addressesIn(six)];
  if (found.length === 0) terms.onUnknown(`${host} has no address that could be found.`);
  const addresses = found.map((address) => ({ address, network: terms.networkOf(address) }));
  return {
    host,
    addresses,
    cdn: carrierOf([...namesIn(four), ...namesIn(six)]),
    nameServersOf: literal ? [] : await nameServersOf(host, terms),
    authority: found.length === 0 ? null : await authorityOf(host, found[0] ?? host, terms),
  };
}

async function asked(
  name: string,
  type: "A" | "AAAA" | "NS",
  terms: FactTerms,
): Promise<DecodedPacket | null> {
  try {
    return await askDns({ name, type }, terms.server, terms.look);
  } catch (thrown) {
    terms.onUnknown(`${name} ${type}: ${messageOf(thrown)}`);
    return null;
  }
}

const answersIn = (packet: DecodedPacket | null): readonly Answer[] => packet?.answers ?? [];

const addressesIn = (packet: DecodedPacket | null): readonly string[] =>
  answersIn(packet).flatMap((record) => (record.type === "A" || record.type === "AAAA" ? [record.data] : []));

const namesIn = (packet: DecodedPacket | null): readonly string[] =>
  answersIn(packet).flatMap((record) => (record.type === "CNAME" ? [record.data.toLowerCase()] : []));

/** The last name that is known: who answers in the end. */
function carrierOf(names: readonly string[]): string | null {
  for (const name of names.toReversed()) {
    const suffix = Object.keys(carriers).find((one) => name === one || name.endsWith(`.${one}`));
    if (suffix !== undefined) return carriers[suffix] ?? null;
  }
  return null;
}

/** Of the zone that a name is in: asked upwards until a zone says who serves it. */
async function nameServersOf(host: string, terms: FactTerms): Promise<readonly string[]> {
  const labels = host.replace(/\.$/, "").split(".");
  for (let at = 0; at < labels.length - 1 || at === 0; at++) {
    const packet = await asked(labels.slice(at).join("."), "NS", terms);
    const servers = answersIn(packet).flatMap((record) =>
      record.type === "NS" ? [record.data.toLowerCase()] : [],
    );
    if (servers.length > 0) return [...new Set(servers.map(providerOf))].sort();
  }
  return [];
}

/**
 * Who runs a name server, by its name: ns1.dnsmadeeasy.com and ns2.dnsmadeeasy.com are one provider. Amazon's have the same number of letters
 * and other endings in each zone: awsdns-01.net, awsdns-07.co.uk.
 */
function providerOf(name: string): string {
  if (/\.awsdns-\d+\./.test(`.${name}`)) return "awsdns";
  const labels = name.replace(/\.$/, "").split(".");
  const [second = "", last = ""] = labels.slice(-2);
  // Such as example.co.uk: a registry's own second level.
  const isRegistry = last.length === 2 && /^(ac|co|com|edu|gov|net|or|org)$/.test(second);
  return labels.slice(isRegistry ? -3 : -2).join(".");
}

async function authorityOf(
  host: string,
  address: string,
  { look, tlsPort, onUnknown }: FactTerms,
): Promise<string | null> {
  const { timeoutMs, signal } = look;
  try {
    const socket = await dialSocket(
      { host: address, port: tlsPort },
      { policy: "configured", timeoutMs, signal },
    );
    try {
      return (await secure(socket, { name: host })).certificate.authority;
    } finally {
      socket.destroy();
    }
  } catch (thrown) {
    onUnknown(`${host} shows no certificate on port ${tlsPort}: ${messageOf(thrown)}`);
    return null;
  }
}
