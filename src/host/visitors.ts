// Listening for visitors. In: a place, who answers. Out: a listener. What a runtime does better than by Request and Response is decided here;
// the addresses of operators, POPs and members stay with `http.ts`.
import type { Clock } from "../base/clock.ts";
import type { Answering } from "./asked.ts";
import { type Listener, type ListenOptions, listenHttp, listening } from "./http.ts";
import { guarded, type Remarks } from "./remarks.ts";
import { runtime } from "./runtime.ts";
import { listenPlain } from "./visitors-bun.ts";
import { fetchOf } from "./visitors-fetch.ts";
import { listenSecure } from "./visitors-secure.ts";

export interface VisitorOptions extends Omit<ListenOptions, "fetch" | "unix" | "onRefused"> {
  readonly answer: Answering;
  readonly remarks: Remarks;
  readonly clock: Clock;
}

/** Throws what `listenHttp` throws. */
export function listenVisitors({ answer, remarks, clock, ...options }: VisitorOptions): Listener {
  if (runtime === "bun" && options.tls === undefined)
    return listening(options, () => listenPlain({ ...options, answer, remarks, clock }));
  const { tls } = options;
  if (runtime === "bun" && tls !== undefined)
    return listening(options, () => listenSecure({ ...options, tls, answer, remarks, clock }));
  return listenHttp({
    ...options,
    onRefused: remarks.onRefused,
    fetch: fetchOf(guarded(answer, remarks), options.tls !== undefined),
  });
}
