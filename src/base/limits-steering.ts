// Limits of steering: answers that follow from where a visitor is and who lives, and how that is found out. A part of limits.ts.
import { assert } from "./fault.ts";

export const steeringLimits = {
  /** Seconds that a resolver keeps a steered answer. */
  steeredTtlS: 20,
  /** A browser tries some two or three addresses before its visitor gives up. */
  steeredAddressesMax: 3,
  /** Equals are told apart by networks of this size: what resolvers send of a client (RFC 7871, 11.1). */
  stickyBitsV4: 24,
  stickyBitsV6: 56,
  /** Two texts of `TXT _status` fit into a packet of 1,232 bytes, which no path breaks up. */
  statusTextBytesMax: 450,
  /** Nodes of a location file that are looked at for a wider network that lies in one place: some two microseconds. */
  geoLooks: 16,
  /** Records of a location file that are held as what they say: 6 MB. */
  geoRecordsMax: 65_536,
  /** A plan of steering (TOML). */
  planBytesMax: 1024 * 1024,
  planNetworksMax: 100_000,
  /** A POP that is full has room again when its load is so many thousandths below its capacity. */
  roomAgainLoad: 100,
  /** Each POP is asked once a round; when within its first part is random, so that the nodes do not ask together. */
  probeRoundMs: 2_000,
  probeJitterMs: 200,
  /** Half-way round the earth, connection and answer take 700 ms. */
  probeTimeoutMs: 1_500,
  /** Three may not be lost by chance; five in a row say that it stays. */
  probesToFall: 3,
  probesToRise: 5,
  probeAnswerBytesMax: 64 * 1024,
  /** How often a node asks the others for their view, and how long each may take. */
  viewPollMs: 500,
  viewTimeoutMs: 750,
  /** A view that was not renewed for so long counts no more: its node may have died with the POP beside it, long before that POP is found down. */
  viewStaleMs: 2_500,
  viewBytesMax: 64 * 1024,
  /** POPs, CDNs and addresses that a view speaks of, and a plan has probed: with the longest names 64 KiB. */
  viewSeenMax: 960,
  /** How often the processes of a node look at what the first one found out. */
  factsPollMs: 250,
  /** A dead POP is in no answer after this. */
  deadAnsweredMsMax: 10_000,
  /** A POP signs its report at most so often, whoever asks. */
  reportAgainMs: 500,
} as const;

/** A part of `assertLimits`. */
export function assertSteeringLimits(): void {
  const limits = steeringLimits;
  assert(
    limits.probesToFall * limits.probeRoundMs +
      limits.probeJitterMs +
      limits.probeTimeoutMs +
      limits.viewPollMs +
      limits.viewTimeoutMs +
      limits.factsPollMs <
      limits.deadAnsweredMsMax,
    "Limits: a POP that dies right after it answered must be out of answers in time, also where two nodes have to agree on it.",
  );
  assert(
    limits.probeTimeoutMs + limits.probeJitterMs < limits.probeRoundMs,
    "Limits: a probe must end before the next one begins.",
  );
  assert(
    limits.viewStaleMs < (limits.probesToFall - 1) * limits.probeRoundMs,
    "Limits: the view of a node that died with a POP must be over before that POP is found down.",
  );
  assert(
    limits.reportAgainMs < limits.probeRoundMs - limits.probeJitterMs,
    "Limits: each round must find a new report.",
  );
}
