// A page as it would be with ops that nobody wrote. In: a state, what to do with it. Out: what that gives; the state is as it was.
// Applied and taken back rather than applied to a copy: a copy of 20,000 incidents takes longer than all else of a request.
import { applyOp, type EntityRecord, type PageState, putBack, recordKey } from "./fold.ts";
import type { Op } from "./op.ts";
import { viewOf } from "./view-of.ts";

/** Runs `play`, which folds ops into `state` by the function it is given and reads the state meanwhile, and takes them back. */
export function rehearse<Value>(
  state: PageState,
  play: (apply: (ops: readonly Op[]) => void) => Value,
): Value {
  const view = viewOf(state);
  const { version } = state;
  const sets = [state.changed, state.fresh, state.touched, state.lost].map((set) => ({ set, was: [...set] }));
  const before: (readonly [string, EntityRecord | undefined])[] = [];
  try {
    return play((ops) => {
      for (const op of ops) {
        const key = recordKey(op.kind, op.id);
        before.push([key, state.records.get(key)]);
        applyOp(state, op);
      }
    });
  } finally {
    for (const [key, record] of before.reverse()) putBack(state, key, record);
    for (const { set, was } of sets) {
      set.clear();
      for (const key of was) set.add(key);
    }
    state.version = version;
    state.view = view;
  }
}
