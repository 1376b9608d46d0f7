// The checks of a POP: its plan, who makes them, what they found, and pings. In: what the operator set, the source of the moment. Out: results on this disk until the source has
// them. A POP without a plan opens no file and starts no process; one that starts while its source is dead goes on by the plan on its disk.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { type CheckPlan, checkName, openPlan } from "../snapshot/check-plan.ts";
import { batchesOf } from "../snapshot/check-report.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Digest } from "../snapshot/types.ts";
import { openHeldProbes } from "../store/held-probes.ts";
import type { SourceLine } from "../sync/ask.ts";
import { startChecksForwarding } from "../sync/checks-forward.ts";
import { type ChecksApart, createChecksApart, type StartChecks } from "./checks-apart.ts";
import type { Link } from "./link.ts";

export interface PopChecksOptions {
  readonly folder: string;
  readonly popKey: SecretKey;
  readonly trust: Pick<Trust, "isPublisher" | "mayPublish">;
  /** The registries of this POP's own store say that it was revoked. */
  isRevoked(): boolean;
  /** Null where this program cannot start itself: pings are still taken. */
  readonly startChecks: StartChecks | null;
  line(): SourceLine | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface PopChecks {
  readonly ping: Link["ping"];
  /** Root has spoken: whose plan counts may have changed. */
  reconsider(): void;
  stop(): Promise<void>;
}

const noPlan = (pop: string): CheckPlan => ({ sequence: 0, pop, checks: [], pings: [] });

export function startPopChecks(options: PopChecksOptions): PopChecks {
  const { popKey, trust, clock, log, metrics } = options;
  const held = openHeldProbes(options);
  const apart: ChecksApart | null =
    options.startChecks === null
      ? null
      : createChecksApart({
          ...options,
          start: options.startChecks,
          onBatch: (batch) => void held.keep(batch),
        });
  metrics.watch("probes_held", "Batches of check results that wait for the source.", held.count);
  let plan = noPlan(popKey.publicKey);
  let waitsFor = new Map<Digest, string>();

  /** What of these bytes is a plan for this POP, by one who may say so now. */
  function judged(signed: Uint8Array | null): CheckPlan | string {
    if (signed === null) return noPlan(popKey.publicKey);
    const opened = openPlan(signed, trust.isPublisher);
    if (!opened.ok) return opened.reason;
    const { key, value } = opened.value;
    if (value.pop !== popKey.publicKey) return "for another POP";
    const isAllowed = ({ page }: { readonly page: string }): boolean => trust.mayPublish(key, page);
    return { ...value, checks: value.checks.filter(isAllowed), pings: value.pings.filter(isAllowed) };
  }

  function follow(next: CheckPlan): void {
    const before = JSON.stringify(plan.checks);
    plan = next;
    waitsFor = new Map(next.pings.map((ping) => [ping.name, checkName(ping)]));
    if (JSON.stringify(next.checks) !== before) apart?.plan(next.checks);
  }

  function reconsider(): void {
    const now = judged(held.plan());
    if (typeof now === "string") log.warn("The plan of this POP's checks counts no more.", { reason: now });
    follow(typeof now === "string" || options.isRevoked() ? noPlan(popKey.publicKey) : now);
  }

  async function onPlan(signed: Uint8Array): Promise<void> {
    const next = judged(signed);
    const refusal = typeof next === "string" ? next : untimely(next);
    if (refusal !== null || typeof next === "string") {
      log.warn("A plan of checks was refused.", { reason: refusal });
      return;
    }
    // A full disk throws: the plan of before goes on, and the next answer brings this one again.
    await held.keepPlan(signed);
    log.info("This POP has a plan of checks.", { checks: next.checks.length, pings: next.pings.length });
    follow(next);
  }

  function untimely({ sequence }: CheckPlan): string | null {
    if (sequence <= plan.sequence) return "not newer than the one that is held";
    return sequence > clock.wallMs() + limits.planAheadMsMax ? "far ahead of this POP's clock" : null;
  }

  reconsider();
  const forwarding = startChecksForwarding({
    ...options,
    held,
    sequence: () => plan.sequence,
    onPlan,
    async onRevoked() {
      if (options.isRevoked()) follow(noPlan(popKey.publicKey));
    },
  });
  return {
    reconsider,
    async ping({ name, word, exit, said }) {
      const check = waitsFor.get(name);
      if (check === undefined) return "unknown";
      const [batch] = batchesOf([{ ping: { check, atMs: clock.wallMs(), word, exit, said } }]);
      const kept = batch === undefined ? "failed" : await held.keep(batch);
      return kept === "kept" ? "kept" : "failed";
    },
    async stop() {
      await apart?.stop();
      await forwarding.stop();
      await held.close();
    },
  };
}
