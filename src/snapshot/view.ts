// What a DNS node sees of the POPs, in its own words. In: names with up or down, the node's key, or bytes from anyone. Out: signed bytes, or a view
// and whose it is. The node's key is one of the same kind as a POP's: it follows the feed as a POP does.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { isPopName, popNameCharsMax } from "./registry.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";

/** `upSix`: over IPv6, where that is another way to the same POP. */
interface Seen {
  readonly name: string;
  readonly up: boolean;
  readonly upSix?: boolean;
}

/** Bits of a name's byte. */
const upBit = 1;
const hasSixBit = 8;
const upSixBit = 16;

/** `sequence` rises with each one. Names are sorted, without doubles; of whom the node has no opinion, it is silent. */
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
    writer.u64(view.sequence).u64(view.timeMs).count(view.sees.length, limits.popsMax);
    for (const { name, up, upSix } of view.sees)
      writer
        .name(name, popNameCharsMax, isPopName)
        .u8((up ? upBit : 0) | (upSix === undefined ? 0 : hasSixBit | (upSix ? upSixBit : 0)));
  },
  read(reader) {
    const [sequence, timeMs] = [reader.u64(), reader.u64()];
    const count = reader.count(limits.popsMax);
    const sees: Seen[] = [];
    for (let at = 0; at < count; at++) {
      const name = reader.name(popNameCharsMax, isPopName);
      if (name <= (sees.at(-1)?.name ?? "")) reader.stop("not-canonical");
      const bits = reader.u8();
      const hasSix = (bits & hasSixBit) !== 0;
      if ((bits & ~(hasSix ? upBit | hasSixBit | upSixBit : upBit)) !== 0) reader.stop("not-canonical");
      const up = (bits & upBit) !== 0;
      sees.push(hasSix ? { name, up, upSix: (bits & upSixBit) !== 0 } : { name, up });
    }
    return { sequence, timeMs, sees };
  },
};

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
