// Which addresses may be connected to. In: a host's name and a policy. Out: an address that was checked, or the Fault that says why there is none.
// What is resolved is what is connected to: a second look-up could put another address in its place (DNS rebinding).
import { lookup as resolveName } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Fault, messageOf } from "../base/fault.ts";
import { lookUpApart, type NamedAddress } from "./names.ts";

/** `configured`: named by the operator, any address. `foreign`: given by others; loopback, private and metadata ranges are refused. */
export type DialPolicy = "configured" | "foreign";

/** Networks that foreign names may lead to all the same: an operator's own, named by setting. */
export type Allowed = Networks;

/** One list a family: a list of both takes every IPv4 address for the mapped one in ::ffff:0:0/96. */
type Networks = Readonly<Record<"ipv4" | "ipv6", BlockList>>;
const noNetworks = (): Networks => ({ ipv4: new BlockList(), ipv6: new BlockList() });

export interface Reached {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Ranges that no foreign address may reach: the special-purpose registries of IANA (RFC 6890) as far as they lead inside or nowhere, and what leads into
 * them by translation (RFC 6052, 8215, 3056, 4380). Metadata of clouds lies in 169.254/16, fd00::/8, and at two public addresses (Azure, Oracle).
 */
const refused = noNetworks();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.ipv4.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  refused.ipv6.addSubnet(net, bits, "ipv6");

/** Networks as `10.1.0.0/16`, `fd00:1::/48` or one address; the first that is none of these is given as `wrong`. */
export function allowedOf(
  networks: readonly string[],
): { readonly ok: true; readonly value: Allowed } | { readonly ok: false; readonly wrong: string } {
  const value = noNetworks();
  for (const network of networks) {
    const [address = "", bits, ...more] = network.split("/");
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const length = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || more.length > 0 || length < 0 || length > longest)
      return { ok: false, wrong: network };
    const kind = family === 6 ? "ipv6" : "ipv4";
    value[kind].addSubnet(address, length, kind);
  }
  return { ok: true, value };
}

export interface ReachTerms {
  readonly policy: DialPolicy;
  readonly allowed?: Allowed | undefined;
}

/** Where a name or literal address leads. Throws Fault `unreachable` (no address) or `address-refused`. */
export async function reach(host: string, terms: ReachTerms): Promise<Reached> {
  const family = isIP(host);
  if (family !== 0) return checked(host, { address: host, family: family as 4 | 6 }, terms);
  let found: NamedAddress | undefined;
  try {
    found = terms.policy === "foreign" ? (await lookUpApart(host))[0] : await resolveName(host);
    if (found === undefined) throw new Error("nobody knows one");
  } catch (thrown) {
    throw new Fault(
      "unreachable",
      `The name ${host} has no address: ${messageOf(thrown)}.`,
      "Check the spelling and the resolver.",
    );
  }
  return checked(host, { address: found.address, family: found.family === 6 ? 6 : 4 }, terms);
}

function checked(host: string, found: Reached, { policy, allowed }: ReachTerms): Reached {
  const kind = found.family === 6 ? "ipv6" : "ipv4";
  if (policy === "configured" || !refused[kind].check(found.address, kind)) return found;
  if (allowed?.[kind].check(found.address, kind) === true) return found;
  throw new Fault(
    "address-refused",
    `${host} leads to ${found.address}, which is not a public address.`,
    "Name a public address, or let the operator allow its network.",
  );
}
