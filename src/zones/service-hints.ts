// Address hints of an HTTPS record that follow steering (RFC 9460, 7.3). In: the record set of a zone, the addresses for this visitor. Out: the set with them.
// Hints that named other POPs than the A record would send a browser past its nearest one.
import { nameAt, root } from "./names.ts";
import { joined, numberAt } from "./rdata-fields.ts";
import { svcKeys, svcParamBytes, svcParamsAt } from "./rdata-svc.ts";
import { type RecordSet, types } from "./types.ts";
import { setOf } from "./zone.ts";

const targetAt = 2;

/** Records that alias (priority 0) or that lead to another name keep what they say. */
export function withHints(set: RecordSet, addresses: readonly RecordSet[]): RecordSet {
  return { ...set, rdata: set.rdata.map((rdata) => hinted(set, rdata, addresses)) };
}

function hinted({ name }: RecordSet, rdata: Uint8Array, addresses: readonly RecordSet[]): Uint8Array {
  const target = nameAt(rdata, targetAt);
  if (target === null || (target !== root && target !== name) || numberAt(rdata, 0, 2) === 0) return rdata;
  const paramsAt = targetAt + target.length;
  const params = svcParamsAt(rdata, paramsAt) ?? [];
  const kept = params.filter(({ key }) => key !== svcKeys.ipv4hint && key !== svcKeys.ipv6hint);
  const hints = [
    { key: svcKeys.ipv4hint, value: joined(setOf(addresses, types.A)?.rdata ?? []) },
    { key: svcKeys.ipv6hint, value: joined(setOf(addresses, types.AAAA)?.rdata ?? []) },
  ].filter(({ value }) => value.length > 0);
  return joined([rdata.subarray(0, paramsAt), svcParamBytes([...kept, ...hints])]);
}
