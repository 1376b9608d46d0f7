// What a control plane keeps beside pages, for the golden data folder: people, sessions, links, the audit, answers to repeat, subscribers, rows, points.
// In: a folder, a clock. Out: its parts; all that is read of them. Seeded, so that secrets are known to the test.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { RowKind } from "../../src/store/page-rows.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import { auditOf } from "../../src/store/audit.ts";
import { readErasures } from "../../src/store/erasures.ts";
import { openStore } from "../../src/store/open.ts";
import { createPeople } from "../../src/store/people.ts";
import { createReplays } from "../../src/store/replays.ts";
import { createSeries } from "../../src/store/series.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { manualClock } from "../support/manual-clock.ts";

export const keptMs = Date.UTC(2026, 0, 5, 14);
export const keptPage = "goldenpage01";
/** The files of such a folder, beside its store. */
export const keptFiles = ["people.key", "subscribers.keys", "subscribers.erased"] as const;

export function openKept(folder: string, seed = 201) {
  const clock = manualClock(keptMs);
  const store = openStore({ folder, clock, log: silentLog });
  return {
    clock,
    store,
    people: createPeople({ store, random: seededRandom(seed), log: silentLog }),
    replays: createReplays(store),
    subscribers: createSubscribers({ store, log: silentLog, random: seededRandom(seed + 1) }),
    rows: createPageRows(store, seededRandom(seed + 2)),
    series: createSeries(store),
  };
}

export type Kept = ReturnType<typeof openKept>;

/** What the maker was told, and the test asks with. */
export interface KeptSecrets {
  readonly session: string;
  readonly link: string;
  readonly device: string;
}

export async function readingOf({ store, people, replays, subscribers, rows, series }: Kept, told: KeptSecrets) {
  const kinds: readonly RowKind[] = ["access-user", "access-group", "metrics-provider", "embed", "page-settings"];
  const users = people.list();
  const kept: object[] = [];
  for await (const some of subscribers.all(keptPage)) kept.push(...some);
  const points: object[] = [];
  for await (const some of series.rows(keptPage)) points.push(...some);
  const secret = users.map(({ id }) => people.secrets(id)?.totp?.secret ?? null);
  return {
    users,
    secondFactors: secret.map((bytes) => (bytes === null ? null : Buffer.from(bytes).toString("hex"))),
    passwords: users.map(({ id }) => {
      const password = people.secrets(id)?.password;
      return password && { ...password, salt: hex(password.salt), hash: hex(password.hash) };
    }),
    device: users.map(({ id }) => people.knowsDevice(id, told.device)),
    signOn: people.bySignOn({ issuer: "https://id.golden.example", subject: "ann-1" })?.id ?? null,
    session: await people.sessions.find(told.session),
    link: people.links.find(told.link),
    audit: [...auditOf(store).newestFirst()],
    replay: replays.find("token/golden", "order-1"),
    subscribers: kept,
    erasures: readErasures(store.folder),
    rows: kinds.map((kind) => [kind, rows.list(keptPage, kind)]),
    points,
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The files of a folder, as they are. */
export const filesOf = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    keptFiles.filter((name) => existsSync(join(folder, name))).map((name) => [name, readFileSync(join(folder, name))]),
  );
