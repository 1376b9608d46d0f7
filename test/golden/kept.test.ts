// A data folder as an earlier release left it, with its keys: people, sessions, links, the audit, answers to repeat, subscribers, erasures, rows and points
// are read as they were. The files are copied first, and never written again.
import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { noContact } from "../../src/model/subscriber.ts";
import { type KeptSecrets, keptFiles, keptMs, keptPage, openKept, readingOf } from "./kept.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-golden-kept-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const golden = (name: string): string => join(import.meta.dirname, name);

function copyOf(as: string): string {
  const folder = join(place, as);
  mkdirSync(join(folder, "store"), { recursive: true });
  writeFileSync(join(folder, "store", "data.mdb"), gunzipSync(readFileSync(golden("store-kept-1.mdb.gz"))));
  for (const name of keptFiles) copyFileSync(golden(name.replace(".", "-1.")), join(folder, name));
  return folder;
}

const { told, read } = JSON.parse(readFileSync(golden("store-kept-1.json"), "utf8")) as { told: KeptSecrets; read: object };

test("golden/people, sessions, links, audit, answers to repeat, subscribers, erasures, rows and points of format 1 are read as they were", async () => {
  const kept = openKept(copyOf("read"), 401);
  expect(JSON.parse(JSON.stringify(await readingOf(kept, told)))).toMatchObject(read);
  await kept.subscribers.close();
  await kept.store.close();
});

test("golden/a control plane goes on from them: who unsubscribed comes back under his old id, and who was erased is a new one", async () => {
  const kept = openKept(copyOf("goes-on"), 402);
  const held = (read as { subscribers: { id: string; contact: { email: string | null } }[] }).subscribers;
  const base = { kind: "email", state: "active", components: null, incident: null, accessUser: null, skipConfirmation: true } as const;
  const [back, fresh, taken] = await kept.subscribers.add(
    keptPage,
    ["Reader@golden.example", "gone@golden.example", "older@golden.example"].map((email) => ({ ...base, contact: { ...noContact, email } })),
  );
  if (!(back?.ok && fresh?.ok)) throw new Error("They were not added.");
  expect([back.value.id, back.value.state]).toEqual([held.find(({ contact }) => contact.email === "reader@golden.example")?.id ?? "", "unconfirmed"]);
  expect(held.map(({ id }) => id)).not.toContain(fresh.value.id);
  expect(taken?.ok).toBe(false);
  const [ann] = kept.people.list();
  expect(await kept.people.takeRecoveryCode(ann?.id ?? "", "aaaa-bbbb", { address: null, agent: null })).toBe(true);
  expect(kept.clock.wallMs()).toBe(keptMs);
  await kept.subscribers.close();
  await kept.store.close();
});
