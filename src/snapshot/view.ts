// What a DNS node sees of the POPs, in its own words. In: names with up or down, the node's key, or bytes from anyone. Out: signed bytes, or a view
// and whose it is. The node's key is one of the same kind as a POP's: it follows the feed as a POP does.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { isPopName, popNameCharsMax } from "./registry.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";

/** In the order in which a view has them. */
const seenKinds = ["pop", "cdn", "static", "address"] as const;
export type SeenKind = (typeof seenKinds)[number];

export interface Seen {
  /** Of an address its octets in hexadecimal. */
  readonly name: string;
  readonly up: boolean;
  /** Of a POP over IPv6, where that is another way to it. */
  readonly upSix?: boolean;
  /** Without one it is a POP. */
  readonly kind?: SeenKind;
}

/** Bits of a name's byte: a view of before there were kinds has POPs alone. */
const upBit = 1;
const hasSixBit = 8;
const upSixBit = 16;
const kindShift = 5;
const kindBits = 3 << kindShift;

/** `sequence` rises with each one. POPs, then CDNs, the static host, addresses; each sorted by name, without doubles; of whom the node has no opinion, it is silent. */
export interface NodeView {
  readonly sequence: number;
  readonly timeMs: number;
  readonly sees: readonly Seen[];
}

export const viewFormat: SignedFormat<NodeView> = {
  context: "pharos/view/1",
  signer: "pop",
  bytesMax: limits.viewBytesMax,
  write(writer, view) {
    writer.u64(view.sequence).u64(view.timeMs).count(view.sees.length, limits.viewSeenMax);
    for (const { name, up, upSix, kind = "pop" } of view.sees)
      writer
        .name(name, popNameCharsMax, isPopName)
        .u8(
          (up ? upBit : 0) |
            (upSix === undefined ? 0 : hasSixBit | (upSix ? upSixBit : 0)) |
            (seenKinds.indexOf(kind) << kindShift),
        );
  },
  read(reader) {
    const [sequence, timeMs] = [reader.u64(), reader.u64()];
    const count = reader.count(limits.viewSeenMax);
    const sees: Seen[] = [];
    for (let at = 0; at < count; at++) {
      const name = reader.name(popNameCharsMax, isPopName);
      const one = seenOf(name, reader.u8());
      const before = sees.at(-1);
      if (one === null || (before !== undefined && compareSeen(before, one) >= 0))
        return reader.stop("not-canonical");
      sees.push(one);
    }
    return { sequence, timeMs, sees };
  },
};

/** Null for bits that no view has. */
function seenOf(name: string, bits: number): Seen | null {
  const kind = seenKinds[(bits & kindBits) >> kindShift];
  const hasSix = (bits & hasSixBit) !== 0;
  const known = upBit | kindBits | (hasSix ? hasSixBit | upSixBit : 0);
  if (kind === undefined || (bits & ~known) !== 0 || (hasSix && kind !== "pop")) return null;
  const up = (bits & upBit) !== 0;
  if (kind !== "pop") return { name, up, kind };
  return hasSix ? { name, up, upSix: (bits & upSixBit) !== 0 } : { name, up };
}

export function compareSeen(one: Seen, other: Seen): number {
  const placeOf = ({ kind = "pop" }: Seen): number => seenKinds.indexOf(kind);
  const apart = placeOf(one) - placeOf(other);
  if (apart !== 0) return apart;
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

export function signView(view: NodeView, key: SecretKey): Uint8Array {
  return signAs(viewFormat, view, key);
}

/** A view of one of the keys that `knows` names. Whether its sequence rises is for who keeps the last one. */
export function openView(
  bytes: Uint8Array,
  knows: (key: PublicKey) => boolean = () => true,
): Result<Opened<NodeView>, OpenReason> {
  return openAs(viewFormat, bytes, knows);
}
