// What the other DNS nodes see. In: their addresses and keys, this node's own sight and key. Out: sights that count at this moment, and the signed
// view that this node shows them. A view counts while it is renewed: its sequence rises, and it came within `viewStaleMs`.
import { type Clock, every } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type dial, readAll } from "../host/dial.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { type NodeView, openView, signView } from "../snapshot/view.ts";
import { type Sight, seenOf, sightOf } from "./health-votes.ts";
import type { PlanNode } from "./steering-plan.ts";

/** Where a node shows its view, at its ops address. */
export const viewPath = "/view";

export interface ViewsOptions {
  readonly nodes: readonly PlanNode[];
  /** Null for a node that shows nobody what it sees. */
  readonly key: SecretKey | null;
  sight(): Sight;
  /** A view came that says something else, or one is over. */
  onChanged(): void;
  readonly dial: typeof dial;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** For the health view. */
export interface NodeState {
  readonly name: string;
  readonly counts: boolean;
  readonly trouble: string | null;
}

export interface Views {
  others(): readonly Sight[];
  states(): readonly NodeState[];
  /** Signed bytes of what this node sees now; null without a key. */
  own(): Uint8Array | null;
  stop(): void;
}

interface Heard {
  readonly node: PlanNode;
  view: NodeView | null;
  atMs: number;
  counted: boolean;
  trouble: string | null;
}

export function startViews(options: ViewsOptions): Views {
  const { key, clock, log, metrics, sight, onChanged } = options;
  const outcomes = metrics.counter(
    "dns_views_total",
    "Views of other DNS nodes that were asked for, by outcome.",
    "outcome",
  );
  // A node that names itself must not vote twice.
  const heard: readonly Heard[] = options.nodes
    .filter((node) => node.key !== key?.publicKey)
    .map((node) => ({
      node,
      view: null,
      atMs: Number.NEGATIVE_INFINITY,
      counted: false,
      trouble: "not asked yet",
    }));
  let sequence = 0;
  const counts = (one: Heard): boolean => clock.monotonicMs() - one.atMs <= limits.viewStaleMs;

  async function ask(one: Heard): Promise<void> {
    const why = await renew(one, options);
    outcomes.add(1, why === null ? "taken" : "failed");
    if (why === null) one.atMs = clock.monotonicMs();
    one.trouble = why;
  }

  function look(one: Heard, said: string): void {
    const now = counts(one);
    if (now !== one.counted) {
      one.counted = now;
      if (now) log.info("The view of another DNS node counts.", { node: one.node.name });
      else
        log.warn("The view of another DNS node counts no more: it was not renewed.", {
          node: one.node.name,
          why: one.trouble,
        });
    } else if (saidBy(one) === said) return;
    onChanged();
  }

  const timers = heard.map((one) => {
    let asking = false;
    return every(clock, limits.viewPollMs, () => {
      const said = saidBy(one);
      look(one, said);
      if (asking) return;
      asking = true;
      void ask(one).finally(() => {
        asking = false;
        look(one, said);
      });
    });
  });

  return {
    others: () => heard.filter(counts).map(({ view }) => sightOf(view?.sees ?? [])),
    states: () => heard.map((one) => ({ name: one.node.name, counts: counts(one), trouble: one.trouble })),
    own() {
      if (key === null) return null;
      sequence = Math.max(sequence + 1, clock.wallMs());
      return signView({ sequence, timeMs: clock.wallMs(), sees: seenOf(sight()) }, key);
    },
    stop() {
      for (const timer of timers) timer.cancel();
    },
  };
}

const saidBy = ({ view }: Heard): string => JSON.stringify(view?.sees ?? []);

/** Null where a newer view came, else why not. */
async function renew(one: Heard, { dial, clock }: ViewsOptions): Promise<string | null> {
  const halt = new AbortController();
  const timer = clock.after(limits.viewTimeoutMs, () => halt.abort());
  try {
    const answer = await dial(`${one.node.url}${viewPath}`, {
      policy: "configured",
      headers: { connection: "close" },
      timeoutMs: limits.viewTimeoutMs,
      signal: halt.signal,
    });
    const opened = openView(await readAll(answer.body, limits.viewBytesMax), (key) => key === one.node.key);
    answer.close();
    if (!opened.ok) return `its answer is no view of its key (${opened.reason})`;
    if (opened.value.value.sequence <= (one.view?.sequence ?? -1))
      return "its view is not newer than the one before";
    one.view = opened.value.value;
    return null;
  } catch (thrown) {
    return halt.signal.aborted
      ? `no answer within ${limits.viewTimeoutMs} ms`
      : thrown instanceof Error
        ? thrown.message
        : String(thrown);
  } finally {
    timer.cancel();
    halt.abort();
  }
}
