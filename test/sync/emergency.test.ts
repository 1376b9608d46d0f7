// Emergencies by the feed: what a control plane or a relay was given reaches every POP behind it, and a POP that was away.
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { signAppointment } from "../../src/snapshot/documents.ts";
import { openEmergency, signEmergency } from "../../src/snapshot/emergency.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import type { Emergency } from "../../src/snapshot/types.ts";
import { createPop, createWorld, root, settled, type World } from "./world.ts";

const key = generateKeyPair("emergency", seededRandom(71));
const hourMs = 3_600_000;

async function createEmergencyWorld() {
  const world = await createWorld();
  const { publisher, clock } = world;
  const bytes = signAppointment({ emergencyKey: key.publicKey, pages: ["acme"], serial: 1 }, root.secretKey);
  await publisher.store.putDocument({ kind: "appointment", subject: key.publicKey, bytes });
  const put = async (more: Partial<Emergency>): Promise<void> => {
    const emergency = { page: "acme", sequence: 1, text: "Down.", untilMs: clock.wallMs() + hourMs, ...more };
    const signed = signEmergency(emergency, key.secretKey);
    await publisher.store.putDocument({ kind: "emergency", subject: emergency.page, bytes: signed });
    publisher.feed.announce();
    await settled();
  };
  return { world, put };
}

function sequenceAt({ pop }: World): number | null {
  const bytes = pop.store.document("emergency", "acme");
  const opened = bytes === null ? null : openEmergency(bytes);
  return opened?.ok === true ? opened.value.value.sequence : null;
}

describe("sync/emergency", () => {
  test("it travels with the other documents, and a higher sequence replaces it", async () => {
    const { world, put } = await createEmergencyWorld();
    await put({ sequence: 1 });
    await world.live(2_000);
    expect(sequenceAt(world)).toBe(1);
    await put({ sequence: 5, text: "", untilMs: 0 });
    expect(sequenceAt(world)).toBe(5);
    await world.pop.follower.stop();
  });

  test("a source that holds an older one is not obeyed, and not complained about", async () => {
    const { world, put } = await createEmergencyWorld();
    await put({ sequence: 5 });
    await put({ sequence: 3 });
    await world.live(2_000);
    expect(sequenceAt(world)).toBe(5);
    expect(world.pop.log).toEqual([]);
    await world.pop.follower.stop();
  });

  test("one that is over by now still ends the older one that a POP kept while it was away", async () => {
    const { world, put } = await createEmergencyWorld();
    const { clock, line } = world;
    await put({ sequence: 1, untilMs: clock.wallMs() + 72 * hourMs });
    expect(sequenceAt(world)).toBe(1);
    await world.pop.follower.stop();
    await put({ sequence: 2, untilMs: clock.wallMs() + hourMs });
    await clock.advance(2 * hourMs);
    world.pop = createPop(clock, line, { memory: world.pop.store });
    world.pop.follower.start();
    await world.live(2_000);
    expect(sequenceAt(world)).toBe(2);
    expect(world.pop.log).toEqual([]);
    await world.pop.follower.stop();
  });

  test("what would stand too long, or is of a page that its key is not appointed for, is refused and counted", async () => {
    const { world, put } = await createEmergencyWorld();
    await put({ sequence: 1, untilMs: world.clock.wallMs() + 8 * 24 * hourMs });
    expect(world.pop.refused("until-too-far")).toBe(1);
    await put({ sequence: 2, page: "beta" });
    expect(world.pop.refused("page-not-appointed")).toBe(1);
    expect(sequenceAt(world)).toBeNull();
    await world.pop.follower.stop();
  });
});
