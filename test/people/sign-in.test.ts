// Signing in, as tables of situations on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TOTP } from "otpauth";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import type { SignInOutcome } from "../../src/people/sign-in.ts";
import { netOf } from "../../src/people/sign-in-delays.ts";
import { type Browser, openPeopleWorld, type PeopleWorld, password } from "./people-world.ts";

let world: PeopleWorld;
beforeEach(() => {
  world = openPeopleWorld();
});
afterEach(() => world.close());

const wrong: SignInOutcome = { kind: "refused", sentence: "The e-mail address or the password is wrong." };
const kindOf = async (outcome: Promise<SignInOutcome>): Promise<string> => (await outcome).kind;

describe("by password", () => {
  test("opens a session that says who it is; the store does not hold its secret", async () => {
    const ada = await world.user("Ada@example.org", [["a", "editor"]]);
    const browser = world.browser();
    expect(await world.signIn(browser, " ADA@Example.org ")).toMatchObject({
      kind: "in",
      user: { id: ada.id },
    });
    expect(await world.signedIn(browser)).toMatchObject({
      user: { id: ada.id },
      principal: { kind: "user", id: ada.id, name: "Ada", grants: [["a", "editor"]] },
      cookies: [],
    });
    expect(world.audit()[0]).toMatchObject({
      what: "sign-in.ok",
      actor: `user:${ada.id}`,
      address: "192.0.2.1",
    });
  });

  test("an address that nobody has, a wrong password, no password and a disabled user get the same words", async () => {
    await world.user("ada@example.org");
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    const by = { actor: "test", address: null };
    await world.people.setDisabled(eve.id, true, by);
    const none = { name: "Sign-on only", email: "sso@example.org", grants: [], password: null, signOn: null };
    await world.people.create(none, by);
    for (const [email, typed] of [
      ["nobody@example.org", password],
      ["ada@example.org", "not the password"],
      ["ada@example.org", ""],
      ["ada@example.org", "x".repeat(100_000)],
      ["eve@example.org", password],
      ["sso@example.org", password],
      ["\0", "\ud800"],
      ["x".repeat(100_000), password],
    ] as const)
      expect(await world.signIn(world.browser(), email, typed)).toEqual(wrong);
  });

  test("the same letters from another keyboard are the same password", async () => {
    const ada = await world.user("ada@example.org");
    const hash = await world.accounts.own.changePassword(
      ...([await signedInAs("ada@example.org"), password, "caf\u00e9 au lait 4"] as const),
    );
    expect(hash).toMatchObject({ ok: true, value: { id: ada.id } });
    expect(await kindOf(world.signIn(world.browser(), "ada@example.org", "cafe\u0301 au lait 4"))).toBe("in");
  });

  test("a session is a new one at each sign-in, and the browser's last one ends", async () => {
    await world.user("ada@example.org");
    const browser = world.browser();
    await world.signIn(browser, "ada@example.org");
    const old = { ...browser, cookies: new Map(browser.cookies) };
    await world.signIn(browser, "ada@example.org");
    expect(await world.accounts.sessionOf(world.visit(old))).toBeNull();
    expect((await world.signedIn(browser)).user.name).toBe("ada");
  });
});

async function signedInAs(email: string, browser: Browser = world.browser()) {
  await world.signIn(browser, email);
  return world.signedIn(browser);
}

test("on the machine's own clock a right password is let in at once, and so is the fifth one after four wrong ones", async () => {
  const real = openPeopleWorld({ clock: systemClock });
  try {
    await real.user("ada@example.org");
    expect(await kindOf(real.signIn(real.browser(), "ada@example.org"))).toBe("in");
    for (let at = 1; at < limits.signInFreePair; at++)
      expect(await kindOf(real.signIn(real.browser(), "ada@example.org", "a wrong password"))).toBe(
        "refused",
      );
    expect(await kindOf(real.signIn(real.browser(), "ada@example.org"))).toBe("in");
  } finally {
    await real.close();
  }
});

describe("delays", () => {
  const fail = (browser: Browser, email: string) => world.signIn(browser, email, "a wrong password");

  test("after five failures each one doubles the delay, up to a quarter of an hour", async () => {
    await world.user("ada@example.org");
    const browser = world.browser();
    for (let at = 0; at < limits.signInFreePair; at++)
      expect(await kindOf(fail(browser, "ada@example.org"))).toBe("refused");
    for (let delayS = 1; delayS < 4_000; delayS *= 2) {
      const seconds = Math.min(delayS, limits.signInDelayMsMax / 1_000);
      expect(await world.signIn(browser, "ada@example.org")).toMatchObject({ kind: "wait", seconds });
      await world.clock.advance(seconds * 1_000 - 1);
      expect(await kindOf(world.signIn(browser, "ada@example.org"))).toBe("wait");
      await world.clock.advance(1);
      expect(await kindOf(fail(browser, "ada@example.org"))).toBe("refused");
    }
    await world.clock.advance(limits.signInDelayMsMax);
    expect(await kindOf(world.signIn(browser, "ada@example.org"))).toBe("in");
  });

  test("an address that nobody has is delayed as one that somebody has", async () => {
    await world.user("ada@example.org");
    const said = async (email: string, address: string): Promise<unknown[]> => {
      const outcomes: unknown[] = [];
      for (let at = 0; at < 8; at++) outcomes.push(await fail(world.browser(address), email));
      return outcomes;
    };
    expect(await said("nobody@example.org", "192.0.2.8")).toEqual(await said("ada@example.org", "192.0.2.9"));
  });

  test("who guesses from elsewhere delays nobody, and a known browser is not delayed by its neighbour either", async () => {
    await world.user("ada@example.org");
    const [known, other] = [world.browser("192.0.2.1"), world.browser("198.51.100.1")];
    await world.signIn(known, "ada@example.org");
    for (let at = 0; at < 30; at++) {
      await fail(world.browser("203.0.113.9"), "ada@example.org");
      await fail(world.browser("192.0.2.1"), "ada@example.org");
    }
    expect(await kindOf(world.signIn(world.browser("192.0.2.1"), "ada@example.org"))).toBe("wait");
    expect(await kindOf(world.signIn(known, "ada@example.org"))).toBe("in");
    expect(await kindOf(world.signIn(other, "ada@example.org"))).toBe("in");
  });

  test("a known browser from which someone guesses is delayed itself", async () => {
    await world.user("ada@example.org");
    const known = world.browser();
    await world.signIn(known, "ada@example.org");
    for (let at = 0; at < limits.signInFreePair; at++) await fail(known, "ada@example.org");
    expect(await kindOf(world.signIn(known, "ada@example.org"))).toBe("wait");
  });

  test("one address that tries many accounts is delayed at all of them", async () => {
    await world.user("ada@example.org");
    for (let at = 0; at < limits.signInFreeAddress; at++)
      await fail(world.browser(), `user${at}@example.org`);
    expect(await kindOf(world.signIn(world.browser(), "ada@example.org"))).toBe("wait");
  });

  test("many attempts at once are no way around", async () => {
    await world.user("ada@example.org");
    const kinds = await Promise.all(
      Array.from({ length: 12 }, () => kindOf(fail(world.browser(), "ada@example.org"))),
    );
    expect(kinds.filter((kind) => kind === "refused").length).toBe(limits.signInFreePair);
  });

  test("failures are forgotten after an hour, and a right password forgets them at once", async () => {
    await world.user("ada@example.org");
    const browser = world.browser();
    for (let at = 0; at < limits.signInFreePair - 1; at++) await fail(browser, "ada@example.org");
    await world.signIn(browser, "ada@example.org");
    for (let at = 0; at < limits.signInFreePair - 1; at++) await fail(world.browser(), "ada@example.org");
    expect(await kindOf(fail(world.browser(), "ada@example.org"))).toBe("refused");
    expect(await kindOf(fail(world.browser(), "ada@example.org"))).toBe("wait");
    await world.clock.advance(limits.signInForgetMs);
    expect(await kindOf(fail(world.browser(), "ada@example.org"))).toBe("refused");
    expect(await kindOf(fail(world.browser(), "ada@example.org"))).toBe("refused");
  });

  test("each failure and the moment when delays begin stand in the audit, without what was typed as a password", async () => {
    const ada = await world.user("ada@example.org", [["a", "editor"]]);
    for (let at = 0; at < limits.signInFreePair; at++) await fail(world.browser(), "ada@example.org");
    await fail(world.browser("192.0.2.2"), "my secret in the wrong field");
    const entries = world.audit().filter(({ what }) => what.startsWith("sign-in"));
    expect(entries.map(({ what }) => what)).toEqual([
      "sign-in.failed",
      "sign-in.delayed",
      ...Array.from({ length: limits.signInFreePair }, () => "sign-in.failed" as const),
    ]);
    expect(entries[0]).toMatchObject({ subject: { id: "", name: "" }, pages: ["*"], address: "192.0.2.2" });
    expect(entries[1]).toMatchObject({ actor: "nobody", subject: { id: ada.id }, pages: ["a"] });
    expect(JSON.stringify(entries)).not.toMatch(/secret|wrong password/);
  });

  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    [null, "unknown"],
  ])("%p counts as %p", (address, net) => {
    expect(netOf(address)).toBe(net);
  });
});

describe("the second factor", () => {
  const codeAt = (secret: string, ms: number): string =>
    new TOTP({ secret: secret.replaceAll(" ", "") }).generate({ timestamp: ms });

  /** Someone with a second factor, signed in, with its secret and recovery codes. */
  async function enrolled(email = "ada@example.org") {
    await world.user(email);
    const browser = world.browser();
    const signedIn = await signedInAs(email, browser);
    const { secret, text, uri } = world.accounts.own.startTotp(signedIn);
    const done = await world.accounts.own.confirmTotp(signedIn, secret, codeAt(text, world.clock.wallMs()));
    if (!done.ok) throw new Error(String(done.reason.sentences));
    await world.clock.advance(60_000);
    return { browser, text, uri, codes: done.value.codes };
  }
  const begin = async (browser: Browser): Promise<string> => {
    const outcome = await world.signIn(browser, "ada@example.org");
    if (outcome.kind !== "second-factor") throw new Error(outcome.kind);
    return outcome.challenge;
  };
  const answer = (browser: Browser, challenge: string, code: string): Promise<SignInOutcome> =>
    world.accounts.signIn.bySecondFactor(world.visit(browser), { challenge, code });

  test("is asked for after the password alone, and lets in by its code", async () => {
    const { text, uri } = await enrolled();
    expect(uri).toMatch(/^otpauth:\/\/totp\/Pharos:ada%40example.org\?issuer=Pharos&secret=[A-Z2-7]{32}&/);
    const browser = world.browser("198.51.100.7");
    const challenge = await begin(browser);
    expect(await world.accounts.sessionOf(world.visit(browser))).toBeNull();
    expect(await answer(browser, challenge, codeAt(text, world.clock.wallMs()))).toMatchObject({
      kind: "in",
    });
  });

  test.each([
    ["two steps old", -60_000, "second-factor"],
    ["of the step before", -30_000, "in"],
    ["of this step", 0, "in"],
    ["of the next step", 30_000, "in"],
    ["of the step after that", 60_000, "second-factor"],
  ])("a code %s", async (_which, offsetMs, kind) => {
    const { text } = await enrolled();
    const browser = world.browser();
    expect(
      await kindOf(answer(browser, await begin(browser), codeAt(text, world.clock.wallMs() + offsetMs))),
    ).toBe(kind);
  });

  test("a code is taken once, even twice at the same moment, and none before it afterwards", async () => {
    const { text } = await enrolled();
    const [one, other] = [world.browser("192.0.2.11"), world.browser("192.0.2.12")];
    const code = codeAt(text, world.clock.wallMs());
    const challenges = [await begin(one), await begin(other)] as const;
    const kinds = await Promise.all([
      kindOf(answer(one, challenges[0], code)),
      kindOf(answer(other, challenges[1], code)),
    ]);
    expect(kinds.sort()).toEqual(["in", "second-factor"]);
    const earlier = codeAt(text, world.clock.wallMs() - 30_000);
    expect(await kindOf(answer(other, challenges[1], earlier))).toBe("second-factor");
  });

  test("a recovery code opens once, as it was shown or as people type it", async () => {
    const { codes } = await enrolled();
    expect(new Set(codes).size).toBe(limits.recoveryCodes);
    const browser = world.browser();
    const typed = ` ${(codes[0] ?? "").toUpperCase().replaceAll("-", " ")} `;
    const outcome = await answer(browser, await begin(browser), typed);
    expect(outcome.kind).toBe("in");
    expect(await kindOf(answer(browser, await begin(browser), codes[0] ?? ""))).toBe("second-factor");
    if (outcome.kind === "in") world.keep(browser, outcome.cookies);
    expect((await world.signedIn(browser)).user.recoveryCodesLeft).toBe(limits.recoveryCodes - 1);
    expect(world.audit()).toContainEqual(
      expect.objectContaining({
        what: "user.recovery-code",
        before: expect.objectContaining({ recoveryCodes: limits.recoveryCodes }),
        after: expect.objectContaining({ recoveryCodes: limits.recoveryCodes - 1 }),
      }),
    );
  });

  test("who has the password guesses no code by signing in again and again, nor from many addresses", async () => {
    await enrolled();
    const guess = async (address: string): Promise<string> => {
      const browser = world.browser(address);
      const outcome = await world.signIn(browser, "ada@example.org");
      return outcome.kind === "second-factor"
        ? kindOf(answer(browser, outcome.challenge, "000000"))
        : outcome.kind;
    };
    const kinds: string[] = [];
    for (let at = 0; at < 20; at++) kinds.push(await guess(`192.0.2.${at}`));
    expect(kinds.filter((kind) => kind === "second-factor").length).toBe(limits.signInFreePair);
    const same: string[] = [];
    await world.clock.advance(limits.signInForgetMs);
    for (let at = 0; at < 20; at++) same.push(await guess("192.0.2.99"));
    expect(same.filter((kind) => kind === "second-factor").length).toBe(limits.signInFreePair);
  });

  test("a challenge is over after five minutes, and an altered one opens nothing", async () => {
    const { text } = await enrolled();
    const browser = world.browser();
    const challenge = await begin(browser);
    for (const bad of ["", "x", "\0", "A".repeat(50_000), `${challenge.slice(0, -3)}AAA`])
      expect(await kindOf(answer(browser, bad, codeAt(text, world.clock.wallMs())))).toBe("refused");
    await world.clock.advance(limits.challengeMs);
    expect(await kindOf(answer(browser, challenge, codeAt(text, world.clock.wallMs())))).toBe("refused");
  });

  test("the secret is not in the store's file, and is taken off by a code alone", async () => {
    const { browser, text, codes } = await enrolled();
    const signedIn = await world.signedIn(browser);
    expect((await world.accounts.own.removeTotp(signedIn, "000000")).ok).toBe(false);
    expect(signedIn.user.hasSecondFactor).toBe(true);
    const fresh = await world.accounts.own.recoveryCodes(signedIn, codes[1] ?? "");
    expect(fresh.ok && fresh.value.codes.length).toBe(limits.recoveryCodes);
    expect((await world.accounts.own.removeTotp(signedIn, codeAt(text, world.clock.wallMs()))).ok).toBe(true);
    expect(await kindOf(world.signIn(world.browser(), "ada@example.org"))).toBe("in");
    expect(world.audit().map(({ what }) => what)).toContain("user.recovery-codes");
  });
});
