// The op-log as another process than its writer sees it. In: a store opened to read. Out: views of what is on the device.
// A view is made from one read of the store: an entity is never newer than another one that changed with it.
import type { Op } from "../model/op.ts";
import type { PageView } from "../model/view.ts";
import { createLedgerState } from "./ledger-state.ts";
import { readMeta } from "./op-log.ts";
import { type Store, storeFile } from "./open.ts";
import { unpackValue } from "./values.ts";

export interface Followed {
  /** The page with all that is on the device by now; null where there is none. */
  view(page: string): PageView | null;
}

/** Reads what is there, and from then on only what came since. Throws Fault `store-corrupt`. */
export function followLedger({ tables, folder, refresh }: Store): Followed {
  refresh();
  const state = createLedgerState(tables, storeFile(folder), () => undefined);
  const catchUp = (): void => {
    refresh();
    if (readMeta<number>(tables, "position") === state.end().position) return;
    for (const { value } of tables.ops.getRange({ start: state.end().position + 1 })) {
      state.addWritten(unpackValue<Op>(value));
    }
    state.show();
  };
  return {
    view(page) {
      catchUp();
      return state.shown.get(page) ?? null;
    },
  };
}
