// Any RSS or Atom feed of incidents. In: the feed. Out: whether an entry of late tells of something that is not over.
// An entry says first what it was told last, as status pages write them. One that says it is over is; one that nobody added to for
// `upstreamOpenMsMax` is too. A feed knows no degrees: an open entry is degraded, an outage where its title says so.
import { limits } from "../base/limits.ts";
import { asNamed, type FormatReader, unread } from "./upstream-types.ts";
import { type Entry, isAbout, readFeed } from "./upstream-xml.ts";

const over = /\b(resolved|completed|fixed|restored|operating normally|post-?mortem|false alarm)\b/i;
const planned = /\b(scheduled|planned|upcoming)\b/i;
const atWork = /\b(in progress|verifying|under ?way|has begun|started)\b/i;
const outage = /\b(outage|down|unavailable|disruption)\b/i;

type Told = "over" | "planned" | "maintenance" | "degraded" | "outage";

export const feed: FormatReader = {
  asks: asNamed,
  read(text, { component }, nowMs) {
    const read = readFeed(text);
    if (!read.ok) return unread(read.why);
    const late = read.entries.filter(
      (entry) =>
        entry.at !== null &&
        nowMs - entry.at <= limits.upstreamOpenMsMax &&
        (component === undefined || isAbout(component, entry)),
    );
    const told = late.map((entry) => [toldBy(entry), entry.title] as const);
    const of = (wanted: Told): string | undefined => told.find(([word]) => word === wanted)?.[1];
    const updatedAt = read.entries[0]?.at ?? read.updatedAt;
    for (const [word, status] of [
      ["outage", "partial_outage"],
      ["degraded", "degraded_performance"],
      ["maintenance", "under_maintenance"],
    ] as const)
      if (of(word) !== undefined) return { ok: true, status, said: of(word) ?? null, updatedAt };
    return { ok: true, status: "operational", said: null, updatedAt };
  },
};

/** The word that stands first: of Statuspage's entries the first <strong> is what was told last. */
function toldBy({ title, content }: Entry): Told {
  const first =
    /<(strong|b)>([^<]{1,60})<\/\1>/i.exec(content)?.[2] ?? content.replace(/<[^>]*>/g, " ").slice(0, 120);
  if (over.test(first) || over.test(title)) return "over";
  if (atWork.test(first)) return "maintenance";
  if (planned.test(first) || planned.test(title)) return "planned";
  return outage.test(title) ? "outage" : "degraded";
}
