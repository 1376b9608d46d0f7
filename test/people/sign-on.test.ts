// Signing on by another service, against a provider of its own on a port of this machine.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { dial } from "../../src/host/dial.ts";
import type { SignInOutcome } from "../../src/people/sign-in.ts";
import type { SignOns } from "../../src/people/sign-on.ts";
import { createSpent } from "../../src/people/spent.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { manualClock } from "../support/manual-clock.ts";
import { type OidcProvider, startOidcProvider } from "./oidc-provider.ts";
import { type Browser, openPeopleWorld, type PeopleWorld } from "./people-world.ts";

const url = "https://pharos.example.org";
let provider: OidcProvider;
let world: PeopleWorld;
beforeAll(() => {
  provider = startOidcProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  world = openWorld(provider.secret);
  provider.claims = { sub: "u-1", email: "ada@example.org", email_verified: true, name: "Ada L." };
  provider.wrong = "nothing";
});
afterEach(() => world.close());

function openWorld(secret: string, issuer = provider.issuer): PeopleWorld {
  const settings = { issuer, client: provider.client, secret, name: "Acme accounts" };
  return openPeopleWorld({ url, signOn: { settings, dial, log: silentLog } });
}
const signOn = (): SignOns => {
  if (world.accounts.signOn === null) throw new Error("No service is set up.");
  return world.accounts.signOn;
};
/** The browser leaves; gives the query with which the provider sends it back. */
async function leave(
  browser: Browser,
  { to = "/admin/", link = null as string | null } = {},
): Promise<string> {
  const started = await signOn().start({ to, link });
  if (!started.ok) throw new Error(String(started.reason.sentences));
  world.keep(browser, started.value.cookies);
  return provider.consent(started.value.location);
}
const comeBack = (browser: Browser, query: string) => signOn().finish(world.visit(browser), query);
async function whole(browser = world.browser()): Promise<SignInOutcome> {
  return (await comeBack(browser, await leave(browser))).outcome;
}

test("the address asked for names our client, where to come back, and proofs that only this browser can give", async () => {
  const started = await signOn().start({ to: "/admin/", link: null });
  const { origin, pathname, searchParams } = new URL(started.ok ? started.value.location : "");
  expect([origin, pathname]).toEqual([provider.issuer, "/authorize"]);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    ...{ client_id: "pharos", response_type: "code", redirect_uri: `${url}/admin/sign-on` },
    ...{ code_challenge_method: "S256", scope: "openid email profile" },
  });
  for (const name of ["state", "nonce", "code_challenge"])
    expect(searchParams.get(name)).toMatch(/^[\w-]{43}$/);
  expect(started.ok && started.value.cookies[0]).toMatch(
    /^__Host-pharos_sign-on=\S+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test("a user joins by a verified address, is known by the account's name there from then on, and goes on to where they wanted", async () => {
  const ada = await world.user("ada@example.org", [["a", "editor"]]);
  const browser = world.browser();
  const { outcome, to } = await comeBack(browser, await leave(browser, { to: "/admin/p/a/incidents?x=1" }));
  expect([outcome.kind, to]).toEqual(["in", "/admin/p/a/incidents?x=1"]);
  provider.claims = { sub: "u-1", email: "ada.new@example.org", email_verified: false };
  expect(await whole()).toMatchObject({ kind: "in", user: { id: ada.id, signOn: provider.issuer } });
  expect(world.audit().map(({ what }) => what)).toEqual([
    "sign-in.ok",
    "sign-in.ok",
    "user.sign-on",
    "user.create",
  ]);
  expect(world.audit()[0]?.after).toEqual({ way: "sign-on" });
});

test("the second factor is asked for all the same, and a disabled user stays outside", async () => {
  const ada = await world.user("ada@example.org");
  await world.people.setSecondFactor(ada.id, { secret: new Uint8Array(20), step: 1, codes: [] }, commandLine);
  expect((await whole()).kind).toBe("second-factor");
  await world.people.setSecondFactor(ada.id, null, commandLine);
  await world.user("other@example.org");
  await world.people.setDisabled(ada.id, true, commandLine);
  expect((await whole()).kind).toBe("refused");
});

test("who was invited signs up by the account, without a password", async () => {
  const asked = { kind: "invite", email: "ADA@example.org", grants: [["a", "viewer"]], user: null } as const;
  const made = await world.people.links.make(asked, commandLine);
  const link = made.ok ? made.value.secret : "";
  const browser = world.browser();
  expect(await whole()).toMatchObject({ kind: "refused" });
  expect((await comeBack(browser, await leave(browser, { link }))).outcome).toMatchObject({
    kind: "in",
    user: { name: "Ada L.", email: "ADA@example.org", hasPassword: false, grants: [["a", "viewer"]] },
  });
  provider.claims = { sub: "u-2", email: "eve@example.org", email_verified: true };
  expect((await comeBack(browser, await leave(browser, { link }))).outcome.kind).toBe("refused");
});

describe("refused", () => {
  const situations: readonly (readonly [string, () => void])[] = [
    [
      "an address that is not verified",
      () => Object.assign(provider, { claims: { ...provider.claims, email_verified: false } }),
    ],
    [
      "an address of which that is not said",
      () => Object.assign(provider, { claims: { sub: "u", email: "ada@example.org" } }),
    ],
    [
      "a word in place of yes",
      () => Object.assign(provider, { claims: { ...provider.claims, email_verified: "true" } }),
    ],
    [
      "no address",
      () => Object.assign(provider, { claims: { sub: "u-1", email: "", email_verified: true } }),
    ],
    [
      "an address that nobody has",
      () => Object.assign(provider, { claims: { ...provider.claims, email: "x@example.org" } }),
    ],
    [
      "another issuer",
      () => Object.assign(provider, { claims: { ...provider.claims, iss: "https://evil.example" } }),
    ],
    [
      "a token for another client",
      () => Object.assign(provider, { claims: { ...provider.claims, aud: "other" } }),
    ],
    [
      "a token of another sign-on",
      () => Object.assign(provider, { claims: { ...provider.claims, nonce: "other" } }),
    ],
    [
      "a token without nonce",
      () => Object.assign(provider, { claims: { ...provider.claims, nonce: undefined } }),
    ],
    ["a token that is over", () => Object.assign(provider, { claims: { ...provider.claims, exp: 1_000 } })],
    ["a token signed by another key", () => Object.assign(provider, { wrong: "signature" })],
    ["a token that is not signed", () => Object.assign(provider, { wrong: "algorithm" })],
    ["no token", () => Object.assign(provider, { wrong: "no-token" })],
    ["an answer without end", () => Object.assign(provider, { wrong: "too-long" })],
  ];
  test.each(situations)("%s", async (_what, arrange) => {
    const ada = await world.user("ada@example.org");
    arrange();
    expect((await whole()).kind).toBe("refused");
    expect(world.people.get(ada.id)?.signOn).toBeNull();
  });

  test("the query of another sign-on, of another browser, twice, altered, too late, and none", async () => {
    await world.user("ada@example.org");
    const [one, other, none] = [world.browser(), world.browser(), world.browser()];
    const query = await leave(one);
    await leave(other);
    const kinds: string[] = [];
    const back = async (browser: Browser, given: string): Promise<void> => {
      kinds.push((await comeBack(browser, given)).outcome.kind);
    };
    await back(none, query);
    await back(other, query);
    const replayed = { ...one, cookies: new Map(one.cookies) };
    await back(one, query);
    await back(replayed, query);
    for (const bad of ["", "?", "?state=x&code=y", "?error=access_denied", `?${"x".repeat(50_000)}`]) {
      const browser = world.browser();
      const good = await leave(browser);
      await back(
        browser,
        bad === "?error=access_denied" ? `${bad}&state=${new URLSearchParams(good).get("state")}` : bad,
      );
    }
    const forged = world.browser();
    await leave(forged);
    for (const [name, value] of forged.cookies) forged.cookies.set(name, `${value.slice(0, -4)}AAAA`);
    await back(forged, query);
    const late = world.browser();
    const lateQuery = await leave(late);
    await world.clock.advance(limits.signOnMs);
    await back(late, lateQuery);
    expect(kinds).toEqual(["refused", "refused", "in", ...Array.from({ length: 8 }, () => "refused")]);
  });

  test("an account with the address of somebody who joined by another one", async () => {
    await world.user("ada@example.org");
    expect((await whole()).kind).toBe("in");
    provider.claims = { ...provider.claims, sub: "u-2" };
    expect((await whole()).kind).toBe("refused");
    expect(world.audit()[0]).toMatchObject({ what: "sign-in.failed", subject: { name: "ada" } });
  });

  test("our client with a wrong secret; a service that does not answer is asked again at the next sign-on", async () => {
    await world.close();
    world = openWorld("wrong");
    await world.user("ada@example.org");
    expect((await whole()).kind).toBe("refused");
    await world.close();
    world = openWorld(provider.secret, "http://127.0.0.1:1");
    expect(await signOn().start({ to: "/admin/", link: null })).toMatchObject({
      ok: false,
      reason: { status: 503 },
    });
  });

  test.each([
    "https://evil.example/",
    "//evil.example",
    "/admin/\\evil.example",
    "/admin",
    "javascript:alert(1)",
  ])("to go on to %p", async (to) => {
    await world.user("ada@example.org");
    const browser = world.browser();
    expect((await comeBack(browser, await leave(browser, { to }))).to).toBe("/admin/");
  });
});

test("what was spent is remembered until it is over, and of too many the oldest are forgotten", async () => {
  const clock = manualClock();
  const spent = createSpent(clock, 3);
  const untilMs = clock.wallMs() + 1_000;
  expect(["a", "a", "b", "c", "d", "a", "d"].map((text) => spent.spend(text, untilMs))).toEqual([
    true,
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
  await clock.advance(1_000);
  expect(spent.spend("d", clock.wallMs() + 1_000)).toBe(true);
});
