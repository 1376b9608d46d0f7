// The maker's own process. In: frames with orders. Out: frames with what was made; bodies go ahead, and the next piece when the last is staged.
import { assert } from "../base/fault.ts";
import type { Apply } from "../store/types.ts";
import type { Maker } from "./maker.ts";
import { type Failure, type FromMaker, failureOf, faultOf, inPieces, type ToMaker } from "./maker-wire.ts";

export interface MakerChild {
  /** Takes one message of the control plane. */
  take(message: ToMaker): void;
}

/** Carries out orders, one after the other for a page; those of other pages may run beside it. */
export function createMakerChild(maker: Maker, say: (message: FromMaker) => void): MakerChild {
  const staging = new Map<number, PromiseWithResolvers<void>>();
  const stageOf =
    (order: number) =>
    (objects: Apply["objects"]): Promise<void> => {
      assert(!staging.has(order), "A maker hands over the next bodies when the last are staged.");
      const staged = Promise.withResolvers<void>();
      staging.set(order, staged);
      say({ says: "stage", order, objects });
      return staged.promise;
    };
  const settle = (order: number, failure: Failure | null): void => {
    const staged = staging.get(order);
    staging.delete(order);
    if (failure === null) staged?.resolve();
    else staged?.reject(faultOf(failure));
  };
  return {
    take(message) {
      if (message.does === "staged") settle(message.order, message.failure);
      else if (message.does === "kept") maker.kept(message.head);
      else if (message.does === "forget") maker.forget(message.page);
      else {
        const { order, of } = message;
        maker.make(of, stageOf(order)).then(
          (made) => {
            const { pieces, rest } = inPieces(made);
            for (const piece of pieces) say({ says: "piece", order, ...piece });
            say({ says: "made", order, made: rest });
          },
          (thrown) => say({ says: "failed", order, failure: failureOf(thrown) }),
        );
      }
    },
  };
}
