// Where the demo's processes are. In: the ports that were wanted. Out: addresses that are free, and sentences where they are others.
import type { Address } from "./flags.ts";
import { freeAddress, freeTogether, hasHost } from "./free-address.ts";

export interface DemoPop {
  /** Of its folder and its log. */
  readonly name: string;
  readonly page: Address;
  readonly ops: Address;
}

export interface DemoPlaces {
  readonly pops: readonly DemoPop[];
  readonly api: Address;
  readonly feed: Address;
  /** Where its names are answered, and that node's ops address. */
  readonly dns: Address;
  readonly dnsOps: Address;
  readonly controlOps: Address;
  /** Where mail is taken, and shown. */
  readonly mail: Address;
  readonly mails: Address;
  /** False where the POPs share an address: a name could not lead to one of them. */
  readonly isSteered: boolean;
}

/** A site each, as if they were machines: one port, three addresses. */
const dnsHost = "127.0.0.10";
const popHosts = ["127.0.0.11", "127.0.0.12", "127.0.0.13"];

/** A POP at each of `hosts`. Throws Fault `port-taken` where too many ports are taken. */
export function choosePlaces(
  wanted: { readonly port: number; readonly controlPort: number; readonly dnsPort: number },
  say: (sentence: string) => void,
  hosts: readonly string[] = popHosts,
): DemoPlaces {
  const chooseAtAll = (what: string, port: number, not: readonly number[]): readonly Address[] =>
    choose(hosts, port, not, (sentence) => say(`${what}: ${sentence}`));
  const pages = chooseAtAll("Status page", wanted.port, []);
  const taken = pages.map(({ port }) => port);
  const ops = chooseAtAll("Ops addresses of the POPs", Math.max(...taken) + 1, taken);
  taken.push(...ops.map(({ port }) => port));
  const local = (what: string, port: number): Address => {
    const found = freeAddress({ host: "127.0.0.1", port }, taken, (sentence) => say(`${what}: ${sentence}`));
    taken.push(found.port);
    return found;
  };
  const api = local("Management API", wanted.controlPort);
  const feed = local("Feed", api.port + 1);
  const isSteered = new Set(pages.map(({ host }) => host)).size === pages.length;
  const host = isSteered && hasHost(dnsHost) ? dnsHost : "127.0.0.1";
  const dns = freeAddress({ host, port: wanted.dnsPort }, taken, (sentence) => say(`Names: ${sentence}`));
  const dnsOps = local("Ops address of the names", feed.port + 1);
  const controlOps = local("Ops address of the control plane", dnsOps.port + 1);
  const mail = local("Mail server", controlOps.port + 1);
  const mails = local("Mail", mail.port + 1);
  const pops = pages.flatMap((page, at) => {
    const place = ops[at];
    return place === undefined ? [] : [{ name: `pop-${at + 1}`, page, ops: place }];
  });
  return { pops, api, feed, dns, dnsOps, controlOps, mail, mails, isSteered };
}

/** One port at each POP's own address; where this machine lacks these, ports of 127.0.0.1. */
function choose(
  hosts: readonly string[],
  port: number,
  not: readonly number[],
  say: (sentence: string) => void,
): readonly Address[] {
  const lacking = hosts.find((host) => !hasHost(host));
  if (lacking === undefined) return freeTogether(hosts, port, not, say);
  say(`this machine has no ${lacking}, so they are ports of 127.0.0.1.`);
  const taken = [...not];
  return hosts.map((_host, at) => {
    const found = freeAddress({ host: "127.0.0.1", port: port === 0 ? 0 : port + at }, taken, say);
    taken.push(found.port);
    return found;
  });
}
