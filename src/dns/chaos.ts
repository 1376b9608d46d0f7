// What the server says of itself in class CH (RFC 4892): its version and its name, where the operator lets it. In: a question. Out: a finding.
import { type Name, parseName } from "../zones/names.ts";
import { type Finding, rcodes, types } from "../zones/types.ts";
import type { Asked } from "./query.ts";

export interface Identity {
  /** Says `version.bind` and `version.server`; null refuses. */
  readonly version: string | null;
  /** Says `id.server` and `hostname.bind`, and is the NSID; null refuses, and no NSID is said. */
  readonly id: string | null;
}

const secret: Finding = {
  rcode: rcodes.REFUSED,
  authoritative: false,
  answer: [],
  authority: [],
  additional: [],
  scope: 0,
  why: null,
  cacheable: true,
};

const versions = ["version.bind", "version.server"].map(named);
const ids = ["id.server", "hostname.bind"].map(named);

export function chaosFinding({ version, id }: Identity, { name, type }: Asked): Finding {
  const text = versions.includes(name) ? version : ids.includes(name) ? id : null;
  if (text === null) return secret;
  if (type !== types.TXT && type !== types.ANY)
    return { ...secret, rcode: rcodes.NOERROR, authoritative: true };
  const bytes = Buffer.from(text).subarray(0, 255);
  const rdata = [Buffer.concat([Buffer.of(bytes.length), bytes])];
  return {
    ...secret,
    rcode: rcodes.NOERROR,
    authoritative: true,
    answer: [{ name, type: types.TXT, ttl: 0, rdata }],
  };
}

function named(text: string): Name {
  const read = parseName(text);
  return read.ok ? read.value : "";
}
