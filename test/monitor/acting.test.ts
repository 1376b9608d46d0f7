import { describe, expect, test } from "bun:test";
import type { Command } from "../../src/model/command.ts";
import { wholeIncident } from "../../src/model/recall.ts";
import { monitorKey } from "../../src/monitor/acting.ts";
import { openWorld, type World } from "./acting-world.ts";

const well = ["uuu", "uuu"] as const;
const down = ["ddu", "ddu"] as const;

const explanation = ({ incidents }: World): string =>
  (incidents()[0]?.metadata[monitorKey] as { readonly explanation: string } | undefined)?.explanation ?? "";

const whole = ({ incidents }: World) => incidents().map((one) => ({ ...wholeIncident(one) }));

describe("monitor/acting: what follows from a verdict", () => {
  test("an incident is opened, explained, and resolved when all is well again", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well, ...down);
    expect(world.status("api")).toBe("major_outage");
    expect(world.incidents()).toMatchObject([
      { name: "API is down", status: "investigating", impact: "critical", componentIds: ["api"] },
    ]);
    expect(world.incidents()[0]?.updates[0]?.body).toMatch(
      /^Automatic checks from 2 of 3 places find that API fails since 2026-01-05 12:00 \(.*\)\. It is looked into\.$/,
    );
    // Readers are told nothing of POPs; operators are.
    expect(world.incidents()[0]?.updates[0]?.body).not.toContain("No answer");
    expect(explanation(world)).toMatch(
      /^An incident was opened\. API answers: 2 of 3 POPs .* a \(No answer within 5 s/,
    );
    expect(world.audit()).toMatchObject([
      { what: "monitor.open", subject: { kind: "component", id: "api", name: "API" }, pages: [world.page] },
    ]);
    expect(world.audit()[0]?.after?.why).toBe(explanation(world));

    await world.rounds(check, "uuu", "uuu", "uuu");
    expect(world.status("api")).toBe("operational");
    expect(world.incidents()).toMatchObject([{ status: "resolved" }]);
    expect(world.incidents()[0]?.updates[0]?.body).toMatch(
      /^API works again since .*\. It lasted \d+ seconds\.$/,
    );
    expect(world.audit().map(({ what }) => what)).toEqual(["monitor.open", "monitor.close"]);
    const actors = [...world.ledger().opsAfter(0)]
      .filter(({ op }) => op.kind === "update")
      .map(({ op }) => op.actor);
    expect(actors).toEqual(["monitor", "monitor"]);
  });

  test("act component: no incident; act watch: nothing; each shows its verdict", async () => {
    const world = await openWorld();
    const [one, two] = [
      await world.check({ act: "component", outageStatus: "partial_outage" }),
      await world.check({ act: "watch", componentId: "web", name: "Website answers" }),
    ];
    for (const line of [...well, ...down]) {
      await world.round(one, line, 5_000);
      await world.round(two, line, 5_000);
    }
    expect([world.status("api"), world.status("web")]).toEqual(["partial_outage", "operational"]);
    expect(world.incidents()).toEqual([]);
    expect([one, two].map((id) => world.monitor().verdict(world.page, id)?.state)).toEqual(["down", "down"]);
    expect(world.audit().map(({ after }) => after?.why)).toEqual([
      expect.stringMatching(/^Its status was set to partial outage\. API answers: 2 of 3/),
    ]);
    await world.rounds(one, ...well, ...well);
    expect(world.status("api")).toBe("operational");
  });

  test("act draft: it waits for a person, and is thrown away when nobody published it", async () => {
    const world = await openWorld();
    const check = await world.check({ act: "draft" });
    await world.rounds(check, ...well, ...down);
    expect(world.view().drafts).toMatchObject([
      { publishAt: null, command: { fields: { name: "API is down" } } },
    ]);
    expect([world.incidents(), world.status("api")]).toEqual([[], "operational"]);
    await world.rounds(check, ...well, ...well);
    expect(world.view().drafts).toEqual([]);
    expect(world.audit().at(-1)?.after?.why).toContain("thrown away");
  });

  test("a draft that a person published is theirs; its end waits as a draft", async () => {
    const world = await openWorld();
    const check = await world.check({ act: "draft" });
    await world.rounds(check, ...well, ...down);
    await world.run({ kind: "draft.publish", id: world.view().drafts[0]?.id ?? "" });
    expect(world.status("api")).toBe("major_outage");
    await world.rounds(check, ...well, ...well);
    expect(world.incidents()).toMatchObject([{ status: "investigating" }]);
    expect(world.view().drafts).toMatchObject([
      { command: { kind: "incident.update", id: world.incidents()[0]?.id, fields: { status: "resolved" } } },
    ]);
  });

  test("a template gives the words, filled in", async () => {
    const world = await openWorld();
    const fields = {
      name: "Outage",
      title: "Trouble with {{component}}",
      body: "We look into {{component}}.",
    };
    const template = await world.run({
      kind: "template.create",
      fields: {
        ...fields,
        updateStatus: "identified",
        shouldSendNotifications: false,
        componentIds: ["web"],
      },
    });
    const check = await world.check({ templateId: template });
    await world.rounds(check, ...well, ...down);
    expect(world.incidents()).toMatchObject([
      { name: "Trouble with API, Website", status: "identified", componentIds: ["api", "web"] },
    ]);
    expect(world.incidents()[0]?.updates[0]).toMatchObject({
      body: expect.stringMatching(/^We look into API, Website\.\n\nAutomatic checks from 2 of 3/),
      deliverNotifications: false,
    });
    // What the template names and no check speaks of is as it was.
    expect(world.status("web")).toBe("operational");
  });

  test("slowness shows at the component and opens no incident; from down to slow is told in the incident", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well, "ssu", "ssu");
    expect([world.status("api"), world.incidents().length]).toEqual(["degraded_performance", 0]);
    await world.rounds(check, ...down);
    expect([world.status("api"), world.incidents().length]).toEqual(["major_outage", 1]);
    await world.rounds(check, "sss", "sss", "sss", "sss");
    expect(world.status("api")).toBe("degraded_performance");
    expect(world.incidents()[0]?.updates[0]?.body).toContain("works with limitations now");
    await world.rounds(check, ...well, ...well, ...well);
    expect([world.status("api"), world.incidents()[0]?.status]).toEqual(["operational", "resolved"]);
  });

  test("two checks of a component are one outage, as bad as the worse, over when both are well", async () => {
    const world = await openWorld();
    const one = await world.check({ outageStatus: "partial_outage" });
    const two = await world.check({ name: "API logs in" });
    await world.rounds(one, ...well, ...down);
    expect(world.status("api")).toBe("partial_outage");
    await world.rounds(two, ...well, ...down);
    expect([world.status("api"), world.incidents().length]).toEqual(["major_outage", 1]);
    await world.rounds(two, ...well);
    expect(world.status("api")).toBe("partial_outage");
    await world.rounds(one, ...well, ...well);
    expect([world.status("api"), world.incidents()[0]?.status]).toEqual(["operational", "resolved"]);
  });

  test("a check without a component opens an incident of its own name", async () => {
    const world = await openWorld();
    const check = await world.check({ componentId: null, name: "Nightly job" });
    await world.rounds(check, ...well, ...down);
    expect(world.incidents()).toMatchObject([
      { name: "Nightly job is down", impact: "critical", componentIds: [] },
    ]);
    await world.rounds(check, ...well, ...well);
    expect(world.incidents()).toMatchObject([{ status: "resolved" }]);
  });
});

describe("monitor/acting: a person's change wins", () => {
  test("a component that a person set stays, until the next outage", async () => {
    const world = await openWorld();
    const check = await world.check({ act: "component" });
    await world.rounds(check, ...well, ...down);
    await world.run({ kind: "component.update", id: "api", fields: { status: "degraded_performance" } });
    await world.rounds(check, ...down);
    expect(world.status("api")).toBe("degraded_performance");
    await world.run({ kind: "component.update", id: "api", fields: { status: "operational" } });
    await world.rounds(check, ...down, ...down);
    expect(world.status("api")).toBe("operational");
    expect(world.audit().map(({ what }) => what)).toEqual(["monitor.open", "monitor.leave"]);
    expect(world.audit().at(-1)?.after?.why).toMatch(
      /^The component was changed by user:ann: from now on it is theirs/,
    );
    await world.rounds(check, ...well, ...well, ...down);
    expect(world.status("api")).toBe("major_outage");
  });

  test("what a person had set before is never bettered nor made worse", async () => {
    const world = await openWorld();
    const check = await world.check({ act: "component" });
    await world.rounds(check, ...well);
    await world.run({ kind: "component.update", id: "api", fields: { status: "degraded_performance" } });
    await world.rounds(check, ...down);
    expect(world.status("api")).toBe("degraded_performance");
    await world.rounds(check, ...well, ...well);
    expect(world.status("api")).toBe("degraded_performance");
    expect(world.audit().map(({ what }) => what)).toEqual(["monitor.leave", "monitor.close"]);
  });

  test.each([
    [
      "told more",
      (id: string) => ({ kind: "incident.update", id, fields: { status: "identified", body: "Found." } }),
    ],
    ["renamed it", (id: string) => ({ kind: "incident.update", id, fields: { name: "Our words" } })],
    ["resolved it", (id: string) => ({ kind: "incident.update", id, fields: { status: "resolved" } })],
    ["deleted it", (id: string) => ({ kind: "incident.delete", id })],
  ] as const)("an incident is a person's who %s, before a restart and after", async (_, change) => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well, ...down);
    const { id } = world.incidents()[0] as { readonly id: string };
    await world.run(change(id) as Command);
    const theirs = whole(world);
    await world.rounds(check, ...down);
    await world.restart();
    await world.rounds(check, ...down, ...well, ...well);
    expect(whole(world)).toEqual(theirs);
    expect(world.incidents().length).toBeLessThanOrEqual(1);
    const ops = [...world.ledger().opsAfter(0)].filter(
      ({ op }) => op.kind === "update" && op.actor === "monitor",
    );
    expect(ops.length).toBe(1);
  });

  test("an edited word of an update makes the incident theirs", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well, ...down);
    const [incident] = world.incidents();
    await world.run({
      kind: "update.edit",
      incidentId: incident?.id ?? "",
      id: incident?.updates[0]?.id ?? "",
      fields: { body: "In better words." },
    });
    await world.rounds(check, ...well, ...well);
    expect(world.incidents()).toMatchObject([
      { status: "investigating", updates: [{ body: "In better words." }] },
    ]);
  });

  test("what a person does between a restart and the next probe counts", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well, ...down);
    await world.run({
      kind: "incident.update",
      id: world.incidents()[0]?.id ?? "",
      fields: { body: "On it." },
    });
    await world.restart();
    await world.rounds(check, ...well, ...well, ...well);
    expect(world.incidents()).toMatchObject([{ status: "investigating" }]);
    expect(world.audit().map(({ what }) => what)).toEqual(["monitor.open", "monitor.leave", "monitor.close"]);
  });

  test("a person who is quicker by a moment wins", async () => {
    let first: (() => Promise<unknown>) | null = null;
    const world = await openWorld((ledger) => ({
      ...ledger,
      async submit(...args) {
        const quick = first;
        first = null;
        // Decided on the view of before, and written after: what the ledger sees is another page.
        await quick?.();
        return ledger.submit(...args);
      },
    }));
    const check = await world.check({ act: "component" });
    await world.rounds(check, ...well, ...down);
    await world.rounds(check, "uuu");
    first = () =>
      world
        .ledger()
        .submit(
          world.page,
          { kind: "component.update", id: "api", fields: { status: "partial_outage" } },
          "user:ann",
        );
    await world.rounds(check, ...well, ...well);
    expect(first).toBeNull();
    expect(world.status("api")).toBe("partial_outage");
    expect(world.said).toEqual([expect.stringContaining("It was changed meanwhile")]);
  });

  test("an open incident of a person on the component is enough: no second one, and nothing is set", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.run({ kind: "incident.create", fields: { name: "We know", componentIds: ["api"] } });
    await world.rounds(check, ...well, ...down, ...down);
    expect(world.incidents().map(({ name }) => name)).toEqual(["We know"]);
    expect(world.status("api")).toBe("operational");
    expect(world.audit()).toMatchObject([{ what: "monitor.leave" }]);
  });
});

describe("monitor/acting: maintenance, parents, pauses, restarts", () => {
  test("under maintenance nothing is told; what is still down after it is", async () => {
    const world = await openWorld();
    const check = await world.check();
    await world.rounds(check, ...well);
    const from = world.clock.wallMs() + 1_000;
    await world.run({
      kind: "incident.create",
      fields: {
        ...{ name: "Work", componentIds: ["api"], window: { from, until: from + 120_000 } },
        automation: { begins: true, completes: true, setsMaintenance: true, setsOperational: true },
      },
    });
    await world.pass(2_000);
    expect(world.status("api")).toBe("under_maintenance");
    await world.rounds(check, ...down, ...down);
    expect([world.status("api"), world.incidents().length]).toEqual(["under_maintenance", 0]);
    expect(world.monitor().verdict(world.page, check)?.state).toBe("down");
    while (world.status("api") === "under_maintenance") await world.round(check, "ddu");
    expect([world.status("api"), world.incidents()[0]?.name]).toEqual(["major_outage", "API is down"]);
  });

  test("a component that was set before a maintenance is put back after it", async () => {
    const world = await openWorld();
    const check = await world.check({ act: "component" });
    await world.rounds(check, ...well, ...down);
    const from = world.clock.wallMs() + 1_000;
    await world.run({
      kind: "incident.create",
      fields: {
        ...{ name: "Work", componentIds: ["api"], window: { from, until: from + 100_000 } },
        automation: { begins: true, completes: true, setsMaintenance: true, setsOperational: true },
      },
    });
    await world.pass(2_000);
    expect(world.status("api")).toBe("under_maintenance");
    await world.rounds(check, ...well, ...well);
    expect(world.status("api")).toBe("under_maintenance");
    await world.pass(120_000);
    await world.rounds(check, ...well);
    expect(world.status("api")).toBe("operational");
  });

  test("a parent that is down mutes its children, however they are interleaved", async () => {
    const world = await openWorld();
    const parent = await world.check({ name: "Network", componentId: "web" });
    const child = await world.check({ parentId: parent });
    const both = async (one: string, two: string): Promise<void> => {
      await world.round(child, two, 5_000);
      await world.round(parent, one, 5_000);
    };
    for (const line of well) await both(line, line);
    for (let at = 0; at < 6; at++) await both("ddd", "ddd");
    expect([world.status("web"), world.status("api"), world.incidents().length]).toEqual([
      "major_outage",
      "operational",
      1,
    ]);
    expect(world.monitor().verdict(world.page, child)?.sentence).toContain("hangs on is down");
    // The parent is well again, the child is not: then it speaks for itself.
    for (let at = 0; at < 8; at++) await both("uuu", "ddd");
    expect([world.status("web"), world.status("api"), world.incidents().length]).toEqual([
      "operational",
      "major_outage",
      2,
    ]);
  });

  test("a child whose parent is well opens one parent's interval later at most", async () => {
    const world = await openWorld();
    const parent = await world.check({ name: "Network", componentId: "web" });
    const child = await world.check({ parentId: parent });
    const both = async (one: string, two: string): Promise<void> => {
      await world.round(child, two, 5_000);
      await world.round(parent, one, 5_000);
    };
    for (const line of well) await both(line, line);
    for (let at = 0; at < 3; at++) await both("uuu", "ddd");
    expect([world.status("web"), world.status("api")]).toEqual(["operational", "major_outage"]);
  });

  test("a check that is paused or taken away in an outage leaves what was told to people", async () => {
    for (const command of [
      (id: string) => ({ kind: "check.update", id, fields: { paused: true } }) as const,
      (id: string) => ({ kind: "check.delete", id }) as const,
    ]) {
      const world = await openWorld();
      const check = await world.check();
      await world.rounds(check, ...well, ...down);
      await world.run(command(check));
      expect(world.incidents()).toMatchObject([{ status: "investigating" }]);
      expect(world.audit().at(-1)).toMatchObject({ what: "monitor.leave" });
      expect(world.audit().at(-1)?.after?.why).toContain("paused or gone");
    }
  });

  test("a restart at every step opens nothing twice and forgets nothing", async () => {
    const world = await openWorld();
    const check = await world.check();
    for (const line of [...well, ...down, "ddu", "ddu", "uuu", "uuu", "uuu"]) {
      await world.round(check, line);
      await world.restart();
    }
    // Counts in a row begin anew with each start: it never opens while it is restarted at each probe.
    await world.rounds(check, ...well, ...down);
    await world.restart();
    await world.restart();
    expect(world.status("api")).toBe("major_outage");
    await world.rounds(check, ...down);
    expect(world.incidents().length).toBe(1);
    await world.restart();
    await world.rounds(check, "uuu", "uuu", "uuu");
    expect(world.incidents()).toMatchObject([{ status: "resolved" }]);
    expect(world.status("api")).toBe("operational");
    expect(world.audit().map(({ what }) => what)).toEqual(["monitor.open", "monitor.close"]);
  });

  test("an act that cannot be written is done when it can, once", async () => {
    let failing = false;
    const world = await openWorld((ledger) => ({
      ...ledger,
      submit: (...args) =>
        failing ? Promise.reject(new Error("The disk is full.")) : ledger.submit(...args),
    }));
    const check = await world.check();
    await world.rounds(check, ...well);
    failing = true;
    await world.rounds(check, ...down, ...down);
    expect(world.incidents()).toEqual([]);
    expect(world.said).toEqual([expect.stringContaining("The disk is full. It is looked at again.")]);
    failing = false;
    await world.clock.advance(6_000);
    await world.monitor().settled();
    expect(world.incidents().length).toBe(1);
  });

  test("a job that pings is judged by its own words: one failure opens, one success closes, silence between them says nothing", async () => {
    const world = await openWorld();
    const schedule = { everyMs: 86_400_000 };
    const check = await world.check({
      name: "Backup",
      target: { kind: "heartbeat", schedule, graceMs: 60_000 },
    });
    const say = async (state: "up" | "down", why: "silent" | "answer" | null = null): Promise<void> => {
      const nowMs = world.clock.wallMs();
      const one = { check: `${world.page}/${check}`, atMs: nowMs, state, ms: null, why };
      const probes = [
        { ...one, said: why === "silent" ? "Nothing was heard of it." : null, certificateEndsMs: null },
      ];
      world.monitor().onProbes({ pop: "control", sentMs: nowMs, arrivedMs: nowMs, probes });
      await world.pass(1_000);
    };
    await say("up");
    world.clock.jumpWall(80_000_000);
    expect(world.monitor().verdict(world.page, check)).toMatchObject({ state: "up" });
    await say("down", "answer");
    expect([world.status("api"), world.incidents().length]).toEqual(["major_outage", 1]);
    await say("up");
    expect(world.incidents()).toMatchObject([{ status: "resolved" }]);
    await say("down", "silent");
    expect(world.monitor().verdict(world.page, check)).toMatchObject({
      state: "down",
      sentence: "The job failed: Nothing was heard of it.",
    });
    expect(world.incidents().length).toBe(2);
  });

  test("a POP whose clock is off by hours counts as the others do; one that comes back brings no old outage", async () => {
    const world = await openWorld();
    const check = await world.check();
    const bring = (pop: string, state: "up" | "down", offMs: number, ageMs = 0): void => {
      const nowMs = world.clock.wallMs();
      const atMs = nowMs - ageMs - offMs;
      const one = { check: `${world.page}/${check}`, atMs, state, ms: null, why: null, said: null };
      world.monitor().onProbes({
        ...{ pop, sentMs: nowMs - offMs, arrivedMs: nowMs },
        probes: [{ ...one, certificateEndsMs: null }],
      });
    };
    for (const state of ["up", "up", "down", "down"] as const) {
      bring("a", state, 7_200_000);
      bring("b", state, -7_200_000);
      bring("c", "up", 0);
      await world.clock.advance(10_000);
    }
    await world.monitor().settled();
    expect(world.incidents().length).toBe(1);
    for (let at = 0; at < 4; at++) {
      for (const pop of "abc") bring(pop, "up", 0);
      await world.clock.advance(10_000);
    }
    await world.monitor().settled();
    expect(world.incidents()[0]?.status).toBe("resolved");
    // Held on the disks of two POPs for an hour, brought at once.
    for (let at = 60; at > 30; at--) for (const pop of "de") bring(pop, "down", 0, at * 60_000);
    await world.monitor().settled();
    expect(world.incidents().length).toBe(1);
  });
});
