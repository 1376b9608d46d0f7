// What becomes of mail that came back after it was taken. In: bounces, by the return path or by the address, or a report as mail (RFC 3464). Out: who is quarantined or
// suppressed. One that bounces for good three times in a row cannot be reached; one that complains is never written to again.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { BounceCounts } from "../store/bounces.ts";
import type { By } from "../store/tokens.ts";
import type { ReturnPaths } from "./return-path.ts";

export interface Bounce {
  /** Where it came back to, or whom it did not reach. */
  readonly address: string;
  readonly kind: "hard" | "soft" | "complaint";
  /** What the receiver's server said. */
  readonly reason?: string | undefined;
}

/** `counted`: it bounced for good, and not often enough yet. `passing`: nothing follows from it. */
export type Became = "counted" | "quarantined" | "suppressed" | "passing" | "unknown";

/** What has to be known of subscribers and done to them. */
export interface Addressees {
  /** Who gets the page's mail at an address. */
  find(page: string, address: string): Promise<readonly string[]>;
  /** Whether it can still be written to. */
  isReachable(page: string, id: string): Promise<boolean>;
  quarantine(page: string, id: string, why: string, by?: By): Promise<void>;
  /** It complained. */
  suppress(page: string, id: string, by: By): Promise<void>;
}

export interface BounceParts {
  readonly clock: Clock;
  readonly addressees: Addressees;
  readonly counts: BounceCounts;
  /** Null without a domain of bounces: then addresses alone say who it is. */
  returnPaths(): ReturnPaths | null;
}

export interface Bounces {
  /** In their order; on the device when it resolves. A return path of another page is `unknown` here. */
  take(page: string, bounces: readonly Bounce[], by: By): Promise<readonly Became[]>;
  /** The receiver's server said at once that nobody is there: the same as what comes back later, counted together with it. */
  refused(page: string, id: string, why: string): Promise<Became>;
}

export function createBounces({ clock, addressees, counts, returnPaths }: BounceParts): Bounces {
  async function who(page: string, written: string): Promise<readonly string[]> {
    const address = written.trim().replace(/^<|>$/g, "");
    const found = returnPaths()?.read(address) ?? null;
    if (found === null) return addressees.find(page, address);
    return found.page === page && (await addressees.isReachable(page, found.subscriber))
      ? [found.subscriber]
      : [];
  }

  async function hard(page: string, id: string, why: string, by?: By): Promise<Became> {
    const nowMs = clock.wallMs();
    const held = counts.get(page, id);
    const isOld = held === null || nowMs - held.lastMs > limits.bouncesForgottenMs;
    // A service that tells of one bounce twice, and a burst of updates, are one.
    if (!isOld && nowMs - held.lastMs < limits.bouncesApartMs) return "counted";
    const count = isOld ? 1 : held.count + 1;
    if (count < limits.bouncesInARowMax) {
      await counts.put(page, id, { count, lastMs: nowMs });
      return "counted";
    }
    await addressees.quarantine(page, id, why, by);
    await counts.put(page, id, null);
    return "quarantined";
  }

  async function one(page: string, { address, kind, reason }: Bounce, by: By): Promise<Became> {
    const ids = await who(page, address);
    let became: Became = ids.length === 0 ? "unknown" : "passing";
    for (const id of ids) {
      if (kind === "complaint") {
        await addressees.suppress(page, id, by);
        became = "suppressed";
      } else if (kind === "hard") became = await hard(page, id, said(reason), by);
    }
    return became;
  }

  return {
    refused: (page, id, why) => hard(page, id, why),
    async take(page, bounces, by) {
      const all: Became[] = [];
      for (const bounce of bounces) all.push(await one(page, bounce, by));
      return all;
    },
  };
}

function said(reason = ""): string {
  const line = reason
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
  return line === "" ? "Mail to it came back." : `Mail to it came back: ${line}`;
}

/** The bounces that a report tells of (RFC 3464, 2.3; complaints RFC 5965); none where the text is no report. */
export function bouncesInReport(message: string): readonly Bounce[] {
  const text = message.replace(/\r\n/g, "\n").replace(/\n[ \t]+/g, " ");
  const field = (block: string, name: string): string | undefined =>
    new RegExp(`^${name}:\\s*(?:[a-z0-9-]+;\\s*)?(.+)$`, "im").exec(block)?.[1]?.trim();
  // The envelope's own word of where it came back to is worth more than the address that a server wrote.
  const back = field(text, "X-Original-To") ?? field(text, "Delivered-To");
  if (/^Feedback-Type:\s*abuse/im.test(text)) {
    const address = back ?? field(text, "Original-Rcpt-To");
    return address === undefined ? [] : [{ address, kind: "complaint" }];
  }
  return text.split(/\n\n+/).flatMap((block): Bounce[] => {
    const status = /^Status:\s*([245])\.\d{1,3}\.\d{1,3}/im.exec(block)?.[1];
    const address = back ?? field(block, "Original-Recipient") ?? field(block, "Final-Recipient");
    if (field(block, "Action")?.toLowerCase() !== "failed" || status === undefined || address === undefined)
      return [];
    return [{ address, kind: status === "5" ? "hard" : "soft", reason: field(block, "Diagnostic-Code") }];
  });
}
