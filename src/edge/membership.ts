// A POP as a member, and the members behind it. In: its key where it has one, its store. Out: what its follower, its mending and its own feed need.
import type { Clock } from "../base/clock.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Feed } from "../sync/feed.ts";
import { createMembers, type Members } from "../sync/members.ts";
import { createGate, type FeedAccess, type Gate } from "../sync/members-gate.ts";
import { createProver, type Prover } from "../sync/members-proof.ts";
import { createReports } from "../sync/members-reports.ts";
import { machineLoad } from "./own-report.ts";

export interface PopMembershipOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  /** Null for a POP that never joined: it follows open feeds as anyone may. */
  readonly popKey: SecretKey | null;
  /** Who may follow this POP's own feed. */
  readonly feedAccess: FeedAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

export interface PopMembership {
  /** One for all requests of this process: a count of a proof serves once. */
  readonly prover: Prover | null;
  /** Thousandths of this machine's processors, over the last minute. */
  load(): number;
  /** Reports of the POPs behind this one since this was asked last. */
  carried(): readonly Uint8Array[];
  /** Who may follow this POP: the registries that reach it say who was revoked, also while the control plane is dead. */
  readonly gate: Gate;
  /** Whoever the registries of this POP's store list. */
  readonly members: Members;
  /** A feed that takes reports, too. */
  withReports(feed: Feed): Feed;
}

export function createPopMembership(options: PopMembershipOptions): PopMembership {
  const { popKey, feedAccess: access, random } = options;
  const members = createMembers(options);
  const reports = createReports({ ...options, members });
  return {
    prover: popKey === null ? null : createProver(popKey),
    load: machineLoad,
    carried: reports.carried,
    members,
    gate: createGate({ members, access, random }),
    withReports: (feed) => ({ ...feed, fetch: (request) => reports.fetch(request) ?? feed.fetch(request) }),
  };
}
