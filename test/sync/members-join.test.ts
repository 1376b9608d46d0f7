// Joining by a one-time token: what the control plane answers, and what it signs. A real store, one clock, no network.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signJoin } from "../../src/snapshot/join.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openRegistry } from "../../src/snapshot/registry.ts";
import { openStore } from "../../src/store/open.ts";
import { createPops } from "../../src/store/pops.ts";
import { askToJoin, createJoins } from "../../src/sync/members-join.ts";
import { createRegistrar } from "../../src/sync/members-registrar.ts";
import { closing, freshFolder } from "../store/stores.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import { delegation, origin, publisherKey } from "./world.ts";

const pop = generateKeyPair("pop", seededRandom(61));
const other = generateKeyPair("pop", seededRandom(62));
const unknown = `pharos_pop_${"A".repeat(43)}`;

async function world() {
  const [clock, line] = [manualClock(), memoryLine()];
  const opened = closing(openStore({ folder: freshFolder(), clock, log: silentLog }));
  const store = opened.snapshots;
  await store.putDocument({ kind: "delegation", subject: publisherKey.publicKey, bytes: delegation() });
  const pops = createPops(opened);
  const signed: number[] = [];
  const registrar = createRegistrar({
    pops,
    store,
    secretKey: publisherKey.secretKey,
    clock,
    log: silentLog,
    onSigned: () => void signed.push(clock.wallMs()),
  });
  const joins = createJoins({ pops, registrar, store, log: silentLog, metrics: createMetrics() });
  line.feeds.set(origin, joins);
  const registry = () => {
    const bytes = store.document("registry", publisherKey.publicKey);
    const read = bytes === null ? null : openRegistry(bytes);
    return read?.ok === true ? read.value.value : null;
  };
  const token = async (): Promise<string> => (await pops.addToken({ name: null, pages: ["*"] })).token;
  const ask = (given: string, key = pop, name = "fra-1") =>
    askToJoin({ dial: line.dial, clock, url: origin, token: given, name, key: key.secretKey });
  return { clock, pops, registrar, joins, signed, registry, token, ask };
}

test("join/a POP is listed, and gets the documents by which it can tell what it joined", async () => {
  const { token, ask, registry, signed } = await world();
  const documents = await ask(await token());
  expect(documents[0]).toEqual(delegation());
  expect(openRegistry(documents[1] ?? new Uint8Array())).toMatchObject({
    ok: true,
    value: { key: publisherKey.publicKey },
  });
  expect(registry()?.pops).toMatchObject([{ key: pop.publicKey, name: "fra-1" }]);
  expect(signed).toHaveLength(1);
});

test("join/refusals say why, and list nobody", async () => {
  const { clock, token, ask, registry, pops } = await world();
  const used = await token();
  await ask(used, other, "sin-1");
  const rows: readonly (readonly [string, string, string])[] = [
    [unknown, "fra-1", "not known here"],
    ["word", "fra-1", "not known here"],
    [used, "fra-1", "used already"],
    [await token(), "sin-1", "has this name already"],
  ];
  for (const [given, name, says] of rows) expect(ask(given, pop, name)).rejects.toThrow(says);
  const late = await token();
  await clock.advance(limits.popTokenMs);
  await expect(ask(late)).rejects.toThrow("good for one hour");
  await pops.mark(other.publicKey, { revoked: true });
  const fresh = await token();
  await expect(ask(fresh, other)).rejects.toThrow("was revoked");
  expect(registry()?.pops.map(({ name }) => name)).toEqual(["sin-1"]);
});

test("join/a request for another token, altered, too long, or by another method is none", async () => {
  const { joins, token, registry } = await world();
  const [mine, theirs] = [await token(), await token()];
  const document = signJoin({ name: "fra-1", timeMs: 1, token: digestOf(Buffer.from(mine)) }, pop.secretKey);
  const status = async (
    body: Uint8Array,
    given: string | null,
    method = "POST",
  ): Promise<number | undefined> => {
    const headers = given === null ? {} : { authorization: `Bearer ${given}` };
    const request = new Request(`${origin}/sync/join`, {
      method,
      headers,
      ...(method === "POST" ? { body } : {}),
    });
    return (await joins(request))?.status;
  };
  const altered = document.slice();
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  expect(await status(document, theirs)).toBe(400);
  expect(await status(document, null)).toBe(400);
  expect(await status(altered, mine)).toBe(400);
  expect(await status(new Uint8Array(limits.joinBytesMax + 1), mine)).toBe(400);
  expect(await status(document, mine, "GET")).toBe(405);
  expect(registry()).toBeNull();
  expect(joins(new Request(`${origin}/sync/follow`))).toBeNull();
  expect(await status(document, mine)).toBe(200);
});

test("registry/signed where the rows say something new, above the last serial and above wall time, and not otherwise", async () => {
  const { clock, token, ask, registry, registrar, pops, signed } = await world();
  await registrar.sign();
  expect([registry(), signed]).toEqual([null, []]);
  await ask(await token());
  const first = registry()?.serial ?? 0;
  expect(first).toBe(clock.wallMs());
  await registrar.sign();
  expect(signed).toHaveLength(1);
  clock.jumpWall(-3_600_000);
  await pops.mark(pop.publicKey, { drained: true });
  await Promise.all([registrar.sign(), registrar.sign()]);
  expect(registry()).toMatchObject({ serial: first + 1, pops: [{ drained: true, revoked: false }] });
  expect(signed).toHaveLength(2);
});

test("join/an answer that is none is told from a refusal", async () => {
  const [clock, line] = [manualClock(), memoryLine()];
  const asked = { dial: line.dial, clock, url: origin, token: unknown, name: "fra-1", key: pop.secretKey };
  for (const body of ["<html>", "", "x".repeat(600_000)]) {
    line.feeds.set(origin, () => Promise.resolve(new Response(body)));
    if (body === "") expect(await askToJoin(asked)).toEqual([]);
    else await expect(askToJoin(asked)).rejects.toThrow("something else than documents");
  }
  line.feeds.set(origin, () => Promise.resolve(new Response("no", { status: 404 })));
  await expect(askToJoin(asked)).rejects.toThrow("404");
});
