// Makes the golden store and stream of today's formats. In: nothing but its seeds. Out: files in the folder that it is given.
//   bun test/golden/make.ts <folder>      then copy what is new into test/golden, under the next version's number
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { silentLog } from "../../src/base/log.ts";
import { signAppointment, signRemoval } from "../../src/snapshot/documents.ts";
import { signEmergency } from "../../src/snapshot/emergency.ts";
import { signRegistry } from "../../src/snapshot/registry.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import type { ManualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import {
  type Control,
  clockAt,
  delegation,
  editorsOf,
  emergencyKey,
  follow,
  host,
  openControl,
  origin,
  page,
  popKey,
  publisherKey,
  root,
  snapshotOf,
  storeMs,
  streamMs,
} from "./installation.ts";

const [out = ""] = process.argv.slice(2);
if (out === "") throw new Error("Name the folder for the files.");
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "pharos-golden-"));
const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Half a day at an organisation: groups, an incident from beginning to end, one still open, a maintenance, history told later. */
async function edit(
  { submit, ledger, tokens, pops, publisher }: Control,
  clock: ManualClock,
): Promise<string> {
  const minutes = (count: number): Promise<void> => clock.advance(count * 60_000);
  const fields = { name: "Golden", url: `https://${host}`, timeZone: "Europe/Berlin", description: "Grüße" };
  await submit(null, { kind: "page.create", id: page, fields });
  await submit(page, { kind: "page.update", fields: { hosts: [host] } });
  const make = (name: string, more: object = {}): Promise<string> =>
    submit(page, { kind: "component.create", fields: { name, ...more } });
  const group = await make("Shop", { group: true });
  const web = await make("Web", { groupId: group });
  const pay = await make("Payments", { groupId: group, description: "Cards & <b>transfers</b>" });
  await submit(page, {
    kind: "transition.add",
    componentId: web,
    at: storeMs - 40 * 86_400_000,
    status: "major_outage",
  });
  await submit(page, {
    kind: "transition.add",
    componentId: web,
    at: storeMs - 40 * 86_400_000 + 3_600_000,
    status: "operational",
  });
  const begin = {
    name: "Payments fail",
    status: "investigating",
    body: "We look.",
    components: { [pay]: "major_outage" },
  } as const;
  const first = await submit(page, { kind: "incident.create", fields: begin });
  await minutes(20);
  const end = { status: "resolved", body: "It works again.", components: { [pay]: "operational" } } as const;
  await submit(page, { kind: "incident.update", id: first, fields: end });
  const window = { from: storeMs + 86_400_000, until: storeMs + 90_000_000 };
  await submit(page, {
    kind: "incident.create",
    fields: { name: "New disks", status: "scheduled", body: "Short.", window, componentIds: [web] },
  });
  publisher.start();
  await publisher.settled();
  const open = {
    name: "Web is slow",
    status: "investigating",
    body: "We look.",
    components: { [web]: "degraded_performance" },
  } as const;
  const second = await submit(page, { kind: "incident.create", fields: open });
  await tokens.add({ name: "golden", grants: [["*", "admin"]], expiresMs: null }, commandLine);
  const { token } = await pops.addToken({ name: "fra-1", pages: ["*"] });
  const joined = await pops.join(token, { key: popKey.publicKey, name: "fra-1" });
  if (!joined.ok) throw new Error(`The POP may not join: ${joined.reason}.`);
  await pops.addToken({ name: null, pages: [page] });
  await ledger.setCursor("golden", 7);
  return second;
}

/** One of each kind that a control plane holds, beside the delegation. */
async function keepDocuments({ snapshots }: Store): Promise<void> {
  const removal = { page: "goldengone01", hosts: ["gone.golden.example"], serial: 3 };
  await snapshots.putDocument(
    { kind: "removal", subject: removal.page, bytes: signRemoval(removal, root.secretKey) },
    removal,
  );
  const appointment = { emergencyKey: emergencyKey.publicKey, pages: ["*"], serial: 4 };
  const appoints = signAppointment(appointment, root.secretKey);
  await snapshots.putDocument({ kind: "appointment", subject: appointment.emergencyKey, bytes: appoints });
  await keepRegistry({ snapshots }, storeMs, false);
}

/** Who the POPs are, as a publisher signs it. */
async function keepRegistry(
  { snapshots }: Pick<Store, "snapshots">,
  serial: number,
  drained: boolean,
): Promise<void> {
  const pop = {
    key: popKey.publicKey,
    name: "fra-1",
    pages: ["*"],
    drained,
    revoked: false,
    joinedMs: storeMs,
  };
  const registry = signRegistry({ serial, pops: [pop] }, publisherKey.secretKey);
  await snapshots.putDocument({ kind: "registry", subject: publisherKey.publicKey, bytes: registry });
}

async function keepStore(store: Store, name: string, reading: object): Promise<void> {
  const place = join(work, `copy-${name}`);
  mkdirSync(place);
  await store.copyTo(place);
  writeFileSync(
    join(out, `store-${name}-1.mdb.gz`),
    gzipSync(readFileSync(join(place, "data.mdb")), { level: 9 }),
  );
  writeFileSync(join(out, `store-${name}-1.json`), text(reading));
}

const clock = clockAt(storeMs - 30 * 60_000);
const control = openControl(join(work, "control"), clock);
await control.store.snapshots.putDocument({
  kind: "delegation",
  subject: publisherKey.publicKey,
  bytes: delegation(1),
});
await keepDocuments(control.store);
await control.store.close();

const editing = openControl(join(work, "control"), clock);
const open = await edit(editing, clock);
const beating = await editing.beat();
const generation = (): number => editing.store.snapshots.head(page)?.generation ?? 0;
const line = memoryLine();
line.feeds.set(origin, (request) => editing.feed.fetch(request));
const pop = openStore({ folder: join(work, "pop"), clock, log: silentLog });
await follow(pop, line.dial, generation());
await clock.advance(storeMs - clock.wallMs());
await keepStore(editing.store, "control", { ...snapshotOf(editing.store), ...editorsOf(editing) });
await keepStore(pop, "pop", snapshotOf(pop));

// The stream: what the POP of the golden store is sent when the delegation was renewed, an emergency begun, the POP drained and an incident ended.
await clock.advance(streamMs - clock.wallMs());
const stream: Uint8Array[] = [];
line.mangle.set(origin, async function* (chunks, path) {
  for await (const chunk of chunks) {
    if (path === "/sync/follow") stream.push(chunk);
    yield chunk;
  }
});
await editing.store.snapshots.putDocument({
  kind: "delegation",
  subject: publisherKey.publicKey,
  bytes: delegation(2),
});
const alarm = {
  page,
  sequence: streamMs,
  text: "All of it is down. We call you.",
  untilMs: streamMs + 3_600_000,
};
const alarmed = signEmergency(alarm, emergencyKey.secretKey);
await editing.store.snapshots.putDocument({ kind: "emergency", subject: page, bytes: alarmed });
await keepRegistry(editing.store, streamMs, true);
await editing.submit(page, {
  kind: "incident.update",
  id: open,
  fields: { status: "resolved", body: "Fast again." },
});
const fetches = (): number => line.asked.filter((url) => url.endsWith("/sync/fetch")).length;
const before = fetches();
const following = follow(pop, line.dial, generation());
for (let beats = 0; beats < 3; beats++) {
  await new Promise((next) => setTimeout(next, 200));
  await clock.advance(2_000);
}
await following;
if (fetches() > before) throw new Error("The stream was not all.");
writeFileSync(join(out, "stream-1.bin"), Buffer.concat(stream));
writeFileSync(join(out, "stream-1.json"), text(snapshotOf(pop)));

beating.cancel();
await editing.publisher.stop();
editing.feed.close();
await editing.store.close();
await pop.close();
rmSync(work, { recursive: true, force: true });
