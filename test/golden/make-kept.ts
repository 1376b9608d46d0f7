// Makes the golden data folder of what a control plane keeps beside pages. In: nothing but its seeds. Out: files in the folder that it is given.
//   bun test/golden/make-kept.ts <folder>      then copy what is new into test/golden, under the next version's number
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { seededRandom } from "../../src/base/random.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { filesOf, type KeptSecrets, keptPage, openKept, readingOf } from "./kept.ts";

const [out = ""] = process.argv.slice(2);
if (out === "") throw new Error("Name the folder for the files.");
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "pharos-golden-kept-"));
const kept = openKept(work);
const { people, subscribers, rows, series, replays, store, clock } = kept;
const from = { address: "192.0.2.7", agent: "Golden/1.0" };

async function keepPeople(): Promise<KeptSecrets> {
  const password = { n: 16384, r: 8, p: 1, salt: seededRandom(301).bytes(16), hash: seededRandom(302).bytes(32) };
  const signOn = { issuer: "https://id.golden.example", subject: "ann-1" };
  const made = await people.create(
    { name: "Ann", email: "Ann@golden.example", grants: [["*", "owner"]], password, signOn },
    commandLine,
  );
  if (!made.ok) throw new Error(made.reason);
  const factor = { secret: seededRandom(303).bytes(20), step: 57_000_000, codes: ["aaaa-bbbb", "cccc-dddd"] };
  await people.setSecondFactor(made.value.id, factor, commandLine);
  await people.create({ name: "Ben", email: "ben@golden.example", grants: [[keptPage, "editor"]], password: null, signOn: null }, commandLine);
  await people.failed("nobody@golden.example", null, "sign-in.failed", from);
  const device = "golden-device";
  const opened = await people.signIn(made.value.id, { way: "password", device }, from);
  const link = await people.links.make(
    { kind: "invite", email: "cid@golden.example", grants: [[keptPage, "viewer"]], user: null },
    { actor: `user:${made.value.id}`, address: from.address },
  );
  if (!link.ok || opened === null) throw new Error("No session, or no link.");
  return { session: opened.secret, link: link.value.secret, device };
}

async function keepSubscribers(): Promise<void> {
  const base = { state: "active", components: null, incident: null, accessUser: null, skipConfirmation: true } as const;
  const [ann, , gone, hook] = await subscribers.add(keptPage, [
    { ...base, kind: "email", contact: { ...noContact, email: "reader@golden.example" }, by: "token:golden" },
    // As releases wrote it that did not note by whose word.
    { ...base, kind: "email", contact: { ...noContact, email: "older@golden.example" }, components: ["api"] },
    { ...base, kind: "email", contact: { ...noContact, email: "gone@golden.example" } },
    { ...base, kind: "webhook", contact: { ...noContact, endpoint: "https://hook.golden.example/x", email: "ops@golden.example" } },
    { ...base, kind: "sms", state: "unconfirmed", incident: "inc1", contact: { ...noContact, phoneNumber: "202-555-0105", phoneCountry: "US" } },
  ]);
  if (!(ann?.ok && gone?.ok && hook?.ok)) throw new Error("They were not added.");
  clock.jumpWall(60_000);
  await subscribers.change(keptPage, [hook.value.id], { state: "quarantined" });
  await subscribers.change(keptPage, [ann.value.id], { state: "unsubscribed" });
  await subscribers.erase(keptPage, [gone.value.id]);
}

async function keepRows(): Promise<void> {
  const times = { createdAt: clock.wallMs(), updatedAt: clock.wallMs() };
  const lists = { componentIds: ["api"], metricIds: [] };
  await rows.write(keptPage, () => [
    { kind: "access-group", id: "g1", row: { id: "g1", name: "Staff", externalIdentifier: null, ...lists, ...times } },
    { kind: "access-user", id: "u1", row: { id: "u1", email: "eve@golden.example", externalLogin: null, groupIds: ["g1"], ...lists, ...times } },
    { kind: "metrics-provider", id: "m1", row: { id: "m1", type: "Self", metricBaseUri: null, ...times } },
    { kind: "embed", id: "settings", row: { position: "bottom-right" } },
    { kind: "page-settings", id: "settings", row: { css_reds: "#ff0000", allow_sms_subscribers: true } },
  ], commandLine);
  const points = Array.from({ length: 5 }, (_, at) => ({ at: clock.wallMs() - at * 400_000, value: at + 0.5 }));
  await series.add(keptPage, new Map([["latency", points]]));
  await replays.keep("token/golden", "order-1", {
    ...{ print: "p".repeat(64), status: 201, body: '{"id":"x"}' },
    headers: [["content-type", "application/json; charset=utf-8"]],
  });
}

const told = await keepPeople();
await keepSubscribers();
await keepRows();
const place = join(work, "copy");
mkdirSync(place);
await store.copyTo(place);
writeFileSync(join(out, "store-kept-1.mdb.gz"), gzipSync(readFileSync(join(place, "data.mdb")), { level: 9 }));
for (const [name, bytes] of filesOf(work)) writeFileSync(join(out, `${name.replace(".", "-1.")}`), bytes);
writeFileSync(join(out, "store-kept-1.json"), `${JSON.stringify({ told, read: await readingOf(kept, told) }, null, 2)}\n`);
await subscribers.close();
await store.close();
rmSync(work, { recursive: true, force: true });
