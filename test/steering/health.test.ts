// Who is up, and when that is known: courses and votes as tables, rounds on a clock that the test moves.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Dialled, DialOptions } from "../../src/host/dial.ts";
import { generateKeyPair, type SecretKey } from "../../src/snapshot/keys.ts";
import { signReport } from "../../src/snapshot/report.ts";
import { type Health, startHealth } from "../../src/steering/health.ts";
import { createCourse, isFull } from "../../src/steering/health-course.ts";
import { type Sight, seenOf, sightOf, verdictOn } from "../../src/steering/health-votes.ts";
import { startViews, type Views } from "../../src/steering/node-views.ts";
import { noFacts } from "../../src/steering/steering-facts.ts";
import { readPlan } from "../../src/steering/steering-toml.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { check } from "../support/property.ts";

describe("health/course", () => {
  test.each([
    // before, probes (+ answered, - not), what is said after each (u up, d down, ? unknown)
    [null, "+", "u"],
    [null, "---", "??d"],
    [true, "--+--+---", "uuuuuuuud"],
    [false, "++++-+++++", "dddddddddu"],
    [true, "---+++++", "uudddddu".replace("uudd", "uudd")],
    [false, "+++++---", "ddddu" + "uud"],
  ] as const)("%p, then %s", (before, probes, said) => {
    const course = createCourse(before);
    const words = [...probes].map((one) => {
      course.took(one === "+");
      const up = course.up();
      return up === null ? "?" : up ? "u" : "d";
    });
    expect(words.join("")).toBe(said);
  });

  test("full at its capacity, with room again when clearly below", () => {
    const loads = [500, 899, 900, 870, 801, 799, 850, 900];
    let full = false;
    const said = loads.map((load) => {
      full = isFull(full, load, 900);
      return full ? "f" : "-";
    });
    expect(said.join("")).toBe("--fff--f");
  });
});

describe("health/votes", () => {
  const sight = (text: string): Sight =>
    new Map(text.split(" ").flatMap((one) => (one === "" ? [] : [[one.slice(1), one[0] === "+"] as const])));
  test.each([
    ["alone, it is down", "-a +b", [], false],
    ["a tie leaves it in", "-a +b", ["+a +b"], true],
    ["two of three say down", "+a +b", ["-a +b", "-a +b"], false],
    ["one of three says down", "-a +b", ["+a +b", "+a +b"], true],
    ["who sees nobody trusts the others", "-a -b", ["+a +b"], true],
    ["and the others may say down", "-a -b", ["-a +b", "-a +b"], false],
    ["one who sees nobody does not help to say down", "+a +b", ["-a -b", "-a +b"], true],
    ["nobody sees anybody: each by itself", "-a -b", ["-a -b"], false],
    ["no opinion is no vote", "+b", ["-a +b"], false],
    ["nobody has an opinion", "+b", [], true],
  ] as const)("%s", (_what, own, others, up) => {
    expect(verdictOn("a", sight(own), others.map(sight)).up).toBe(up);
  });

  const anySight = fc
    .dictionary(fc.constantFrom("a", "b", "c"), fc.boolean())
    .map((record): Sight => new Map(Object.entries(record)));
  check(
    "nodes that see and agree are obeyed, whatever one that sees nobody says",
    [anySight, fc.nat({ max: 3 })],
    (own, blind) => {
      fc.pre([...own.values()].some(Boolean));
      const nobody: Sight = new Map([...own.keys()].map((name) => [name, false]));
      const others = Array.from({ length: blind }, () => nobody);
      for (const [name, up] of own) {
        expect(verdictOn(name, own, others).up).toBe(up);
        expect(verdictOn(name, nobody, [own]).up).toBe(up);
      }
    },
  );
});

const planText = `
[[pop]]
name = "fra"
addresses = ["192.0.2.1"]
capacity = 900
[[pop]]
name = "iad"
addresses = ["192.0.2.2"]
[[cdn]]
name = "one"
target = "one.example"
[static]
addresses = ["192.0.2.99"]
`;
const bothText = `
[[pop]]
name = "fra"
addresses = ["192.0.2.1", "2001:db8::1"]
[[pop]]
name = "iad"
addresses = ["2001:db8::2", "192.0.2.2"]
`;
const keyOf = (seed: number): SecretKey => generateKeyPair("pop", seededRandom(seed)).secretKey;
const keys: Readonly<Record<string, SecretKey>> = { fra: keyOf(1), iad: keyOf(2) };

/** What is at an address: an answer, or nothing at all. */
type Site = () => Uint8Array | "silent" | "refused" | number;

function netOf(sites: Readonly<Record<string, Site>>) {
  return async (url: string, { signal }: DialOptions): Promise<Dialled> => {
    const said = sites[new URL(url).hostname]?.() ?? "refused";
    if (said === "silent")
      await new Promise((_done, fail) =>
        signal?.addEventListener("abort", () => fail(new Error("called off"))),
      );
    if (said === "refused") throw new Error("connection refused");
    const body = typeof said === "object" ? said : new Uint8Array();
    return {
      status: typeof said === "number" ? said : 200,
      header: () => undefined,
      body: (async function* () {
        yield body;
      })(),
      close: () => undefined,
    };
  };
}

function reporting(clock: ManualClock, key: SecretKey | undefined, load = () => 100): Site {
  return () => {
    if (key === undefined) return 404;
    const report = {
      sequence: clock.wallMs(),
      timeMs: clock.wallMs(),
      level: 0,
      load: load(),
      beat: 7,
    } as const;
    return signReport({ ...report, pages: 1, differing: 0, held: [] }, key);
  };
}

interface World {
  readonly clock: ManualClock;
  readonly sites: Record<string, Site>;
  readonly health: Health;
  up(name: string): boolean | undefined;
}

function world(others: () => readonly Sight[] = () => [], text = planText): World {
  const clock = manualClock();
  const sites: Record<string, Site> = {
    "192.0.2.1": reporting(clock, keys.fra),
    "192.0.2.2": reporting(clock, keys.iad),
    "one.example": () => 200,
    "192.0.2.99": () => 200,
  };
  const health = startHealth({
    plan: readPlan(text, "steering.toml"),
    before: noFacts,
    keyOf: (pop) => keys[pop.name]?.publicKey ?? null,
    others,
    onChanged: () => undefined,
    dial: netOf(sites) as never,
    clock,
    random: seededRandom(5),
    log: silentLog,
    metrics: createMetrics(),
  });
  const up = (name: string) => health.states().find((state) => state.name === name)?.verdict.up;
  return { clock, sites, health, up };
}

describe("health/rounds", () => {
  const ways: readonly (readonly [string, Site])[] = [
    ["drops every packet", () => "silent"],
    ["refuses", () => "refused"],
    ["answers 503", () => 503],
    ["answers what is no report", () => new Uint8Array(40)],
    [
      "answers with another's report",
      () =>
        signReport(
          { sequence: 9e12, timeMs: 0, level: 0, load: 0, beat: 9, pages: 0, differing: 0, held: [] },
          keyOf(9),
        ),
    ],
  ];
  test.each(ways)("a POP that %s is down in time, wherever in a round it began to", async (_how, dead) => {
    for (let at = 0; at < limits.probeRoundMs; at += 400) {
      const { clock, sites, up, health } = world();
      await clock.advance(3 * limits.probeRoundMs + at);
      expect([up("fra"), up("iad"), up("one"), up("static")]).toEqual([true, true, true, true]);
      sites["192.0.2.1"] = dead;
      let tookMs = 0;
      while (up("fra") === true && tookMs < 20_000) {
        await clock.advance(50);
        tookMs += 50;
      }
      // What is left is for the other nodes and the other processes to hear of it.
      const spreadMs = limits.viewPollMs + limits.viewTimeoutMs + limits.factsPollMs;
      expect(tookMs).toBeLessThan(limits.deadAnsweredMsMax - spreadMs);
      expect(tookMs).toBeGreaterThan((limits.probesToFall - 2) * limits.probeRoundMs);
      expect(up("iad")).toBe(true);
      sites["192.0.2.1"] = reporting(clock, keys.fra);
      await clock.advance((limits.probesToRise - 2) * limits.probeRoundMs);
      expect(up("fra")).toBe(false);
      await clock.advance(3 * limits.probeRoundMs);
      expect(up("fra")).toBe(true);
      health.stop();
    }
  });

  test("a report that is played back does not keep a dead POP alive", async () => {
    const { clock, sites, up, health } = world();
    await clock.advance(2 * limits.probeRoundMs);
    const heard = reporting(clock, keys.fra)();
    sites["192.0.2.1"] = () => heard;
    await clock.advance(5 * limits.probeRoundMs);
    expect(up("fra")).toBe(false);
    expect(health.states().find(({ name }) => name === "fra")?.trouble).toContain("not newer");
    health.stop();
  });

  test("a POP whose clock is set back is believed with the next heartbeat", async () => {
    const { clock, sites, up, health } = world();
    await clock.advance(2 * limits.probeRoundMs);
    let beat = 8;
    sites["192.0.2.1"] = () =>
      signReport(
        { sequence: 5 + beat, timeMs: 5, level: 0, load: 0, beat: beat++, pages: 0, differing: 0, held: [] },
        keys.fra as SecretKey,
      );
    await clock.advance(6 * limits.probeRoundMs);
    expect(up("fra")).toBe(true);
    health.stop();
  });

  test("full and with room again", async () => {
    const { clock, sites, health } = world();
    let load = 100;
    sites["192.0.2.1"] = reporting(clock, keys.fra, () => load);
    const full = () => health.states().find(({ name }) => name === "fra")?.full;
    await clock.advance(limits.probeRoundMs);
    expect(full()).toBe(false);
    load = 1_000;
    await clock.advance(2 * limits.probeRoundMs);
    expect(full()).toBe(true);
    load = 300;
    await clock.advance(2 * limits.probeRoundMs);
    expect(full()).toBe(false);
    health.stop();
  });
});

describe("health/nodes", () => {
  const nodeKeys = [keyOf(11), keyOf(12), keyOf(13)];
  const nodesToml = nodeKeys
    .map(
      ({ publicKey }, at) =>
        `[[node]]\nname = "n${at}"\nkey = "${publicKey}"\nurl = "http://n${at}.example"\n`,
    )
    .join("");
  const { nodes } = readPlan(nodesToml, "nodes.toml");

  function threeNodes() {
    const clock = manualClock();
    const alive = [true, true, true];
    const sights: Sight[] = [new Map(), new Map(), new Map()];
    const all: Views[] = [];
    const net = netOf(
      Object.fromEntries(
        nodeKeys.map((_key, at) => [
          `n${at}.example`,
          () => (alive[at] === true ? (all[at]?.own() ?? 404) : "silent"),
        ]),
      ),
    );
    for (const [at, key] of nodeKeys.entries())
      all.push(
        startViews({
          nodes,
          key,
          sight: () => sights[at] ?? new Map(),
          onChanged: () => undefined,
          dial: net as never,
          clock,
          log: silentLog,
          metrics: createMetrics(),
        }),
      );
    const stop = () => {
      for (const views of all) views.stop();
    };
    return { clock, alive, sights, all, stop };
  }

  test("each hears what the others see, and nobody itself", async () => {
    const { clock, sights, all, stop } = threeNodes();
    sights[1] = new Map([["fra", false]]);
    await clock.advance(3 * limits.viewPollMs);
    expect(all[0]?.others().map((sight) => sight.get("fra"))).toEqual([false, undefined]);
    expect(all[0]?.states().map(({ name, counts }) => [name, counts])).toEqual([
      ["n1", true],
      ["n2", true],
    ]);
    stop();
  });

  test("a node that dies counts no more before the POP beside it is found down", async () => {
    const { clock, alive, all, stop } = threeNodes();
    await clock.advance(3 * limits.viewPollMs);
    alive[1] = false;
    await clock.advance((limits.probesToFall - 1) * limits.probeRoundMs);
    expect(all[0]?.others().length).toBe(1);
    expect(all[0]?.states()[0]).toMatchObject({ name: "n1", counts: false });
    stop();
  });
});

describe("health/CDNs and the static host", () => {
  const cdnUp: Sight = new Map([
    ["fra", true],
    ["cdn:one", true],
    ["static:", true],
  ]);
  const cdnDown: Sight = new Map([
    ["fra", true],
    ["cdn:one", false],
    ["static:", false],
  ]);
  const ofBefore: Sight = new Map([["fra", true]]);
  test.each([
    ["alone, it goes by itself", [], false],
    ["one of three says down", [cdnUp, cdnUp], true],
    ["a tie leaves it in", [cdnUp], true],
    ["two of three say down", [cdnUp, cdnDown], false],
    ["nodes of the release before have no opinion", [ofBefore, ofBefore], false],
  ] as const)("%s", async (_what, others, up) => {
    const made = world(() => others);
    await made.clock.advance(limits.probeRoundMs);
    for (const host of ["one.example", "192.0.2.99"]) made.sites[host] = () => "refused";
    await made.clock.advance(4 * limits.probeRoundMs);
    expect(["one", "static", "fra"].map(made.up)).toEqual([up, up, true]);
    made.health.stop();
  });

  test("a node that lost its own line goes by the others", async () => {
    const made = world(() => [cdnUp]);
    for (const host of Object.keys(made.sites)) made.sites[host] = () => "silent";
    await made.clock.advance(5 * limits.probeRoundMs);
    expect(["one", "static", "fra"].map(made.up)).toEqual([true, true, true]);
    made.health.stop();
  });

  test("what is seen is in the signed view, and comes out of it", () => {
    const sight: Sight = new Map([
      ["fra", true],
      ["fra/6", false],
      ["@c0000207", false],
      ["@20010db8000000000000000000000007", true],
      ["cdn:fra", true],
      ["static:", false],
    ]);
    expect(sightOf(seenOf(sight))).toEqual(sight);
  });
});

describe("health/addresses", () => {
  const severalText = `
[[pop]]
name = "fra"
addresses = ["192.0.2.1", "2001:db8::1", "192.0.2.7", "2001:db8::7"]
[[pop]]
name = "iad"
addresses = ["192.0.2.2"]
`;
  const several = (others: () => readonly Sight[] = () => []): World => {
    const made = world(others, severalText);
    for (const host of ["[2001:db8::1]", "192.0.2.7", "[2001:db8::7]"])
      made.sites[host] = reporting(made.clock, keys.fra);
    return made;
  };
  const addressesUp = ({ health }: World) =>
    health
      .states()
      .filter(({ verdict }) => verdict.up)
      .map(({ address }) => address);

  test("each is asked, and dies alone", async () => {
    const made = several();
    await made.clock.advance(limits.probeRoundMs);
    for (const host of ["192.0.2.7", "[2001:db8::1]"]) made.sites[host] = () => "silent";
    await made.clock.advance(4 * limits.probeRoundMs);
    expect(addressesUp(made)).toEqual(["192.0.2.1", "2001:db8::7", "192.0.2.2"]);
    made.health.stop();
  });

  test("nodes vote on each", async () => {
    const said: Sight = new Map([
      ["fra", true],
      ["iad", true],
      ["@c0000207", false],
    ]);
    const made = several(() => [said, said]);
    await made.clock.advance(3 * limits.probeRoundMs);
    expect(addressesUp(made)).toEqual(["192.0.2.1", "2001:db8::1", "2001:db8::7", "192.0.2.2"]);
    made.health.stop();
  });
});

describe("health/families", () => {
  const both = (others: () => readonly Sight[] = () => []): World => {
    const made = world(others, bothText);
    made.sites["[2001:db8::1]"] = reporting(made.clock, keys.fra);
    made.sites["[2001:db8::2]"] = reporting(made.clock, keys.iad);
    return made;
  };
  const verdicts = ({ up }: World) => ["fra", "fra/6", "iad", "iad/6"].map(up);

  test.each([
    ["192.0.2.1", [false, true, true, true]],
    ["[2001:db8::1]", [true, false, true, true]],
    ["[2001:db8::2]", [true, true, true, false]],
  ] as const)("%s alone is dead, and comes back", async (dead, said) => {
    const made = both();
    await made.clock.advance(limits.probeRoundMs);
    const alive = made.sites[dead] as Site;
    made.sites[dead] = () => "refused";
    await made.clock.advance(4 * limits.probeRoundMs);
    expect(verdicts(made)).toEqual([...said]);
    made.sites[dead] = alive;
    await made.clock.advance(7 * limits.probeRoundMs);
    expect(verdicts(made)).toEqual([true, true, true, true]);
    made.health.stop();
  });

  test("a node without a line over IPv6 goes by IPv4, or by nodes that have one", async () => {
    const alone = both();
    for (const host of ["[2001:db8::1]", "[2001:db8::2]", "192.0.2.1"]) alone.sites[host] = () => "refused";
    await alone.clock.advance(5 * limits.probeRoundMs);
    expect(verdicts(alone)).toEqual([false, false, true, true]);
    alone.health.stop();
    const seeing: Sight = new Map([
      ["fra", true],
      ["fra/6", true],
      ["iad", true],
      ["iad/6", false],
    ]);
    const one = both(() => [seeing]);
    for (const host of ["[2001:db8::1]", "[2001:db8::2]"]) one.sites[host] = () => "refused";
    await one.clock.advance(5 * limits.probeRoundMs);
    expect(verdicts(one)).toEqual([true, true, true, false]);
    one.health.stop();
  });
});
