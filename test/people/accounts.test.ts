// Sessions, cookies, forms, one-time links and passwords, as tables of situations on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import type { Grants } from "../../src/model/roles.ts";
import type { Asker } from "../../src/people/desk.ts";
import { storeFile } from "../../src/store/open.ts";
import type { User } from "../../src/store/people-rows.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type Browser, openPeopleWorld, type PeopleWorld, password } from "./people-world.ts";

let world: PeopleWorld;
beforeEach(() => {
  world = openPeopleWorld();
});
afterEach(() => world.close());

const asker = ({ id, name, grants }: User): Asker => ({
  principal: { kind: "user", id, name, grants },
  address: "192.0.2.1",
});
async function signedIn(email: string, browser: Browser = world.browser()) {
  await world.signIn(browser, email);
  return world.signedIn(browser);
}
const opens = async (browser: Browser): Promise<boolean> =>
  (await world.accounts.sessionOf(world.visit(browser))) !== null;

describe("a session", () => {
  test("ends when nobody used it for half a day, and after a week however it is used", async () => {
    await world.user("ada@example.org");
    const [idle, busy] = [world.browser(), world.browser("192.0.2.2")];
    await signedIn("ada@example.org", idle);
    await signedIn("ada@example.org", busy);
    for (let at = 0; at < limits.sessionMsMax; at += limits.sessionIdleMs / 2) {
      expect(await opens(busy)).toBe(true);
      await world.people.setDisabled("nobody", true, commandLine); // its turn comes after the note of the use
      await world.clock.advance(limits.sessionIdleMs / 2);
    }
    expect([await opens(idle), await opens(busy)]).toEqual([false, false]);
  });

  test("that was not used for half a day is over by a moment", async () => {
    await world.user("ada@example.org");
    const browser = world.browser();
    await signedIn("ada@example.org", browser);
    await world.clock.advance(limits.sessionIdleMs - 1);
    expect(await opens({ ...browser, cookies: new Map(browser.cookies) })).toBe(true);
    await world.people.setDisabled("nobody", true, commandLine);
    await world.clock.advance(limits.sessionIdleMs);
    expect(await opens(browser)).toBe(false);
  });

  test("gets a new secret when the user's roles change; requests under way keep the old one for a minute", async () => {
    const ada = await world.user("ada@example.org", [["a", "viewer"]]);
    const browser = world.browser();
    const before = await signedIn("ada@example.org", browser);
    const late = { ...browser, cookies: new Map(browser.cookies) };
    await world.people.update(ada.id, { grants: () => [["a", "editor"]] }, commandLine);
    const after = await world.signedIn(browser);
    expect(after.principal.grants).toEqual([["a", "editor"]]);
    expect(after.cookies.length).toBe(1);
    expect(browser.cookies.get("pharos_session")).not.toBe(late.cookies.get("pharos_session"));
    expect([after.session.id, after.csrf]).toEqual([before.session.id, before.csrf]);
    expect((await world.signedIn(late)).cookies).toEqual([]);
    await world.clock.advance(limits.sessionRotateMs);
    expect([await opens(browser), await opens(late)]).toEqual([true, false]);
    expect(world.accounts.own.sessions(after).length).toBe(1);
  });

  test("ends at once: by its user, by who may, by a new password, by disabling", async () => {
    const ada = await world.user("ada@example.org");
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    const [one, two, three] = [world.browser(), world.browser("192.0.2.2"), world.browser("192.0.2.3")];
    await signedIn("eve@example.org", one);
    await signedIn("eve@example.org", two);
    const mine = await signedIn("eve@example.org", three);
    const [first] = world.accounts.own
      .sessions(await world.signedIn(one))
      .filter(({ address }) => address === "192.0.2.1");
    expect(await world.accounts.own.revokeSession(mine, first?.id ?? "")).toBe(true);
    expect(await world.accounts.own.revokeSession(mine, first?.id ?? "")).toBe(false);
    expect([await opens(one), await opens(two), await opens(three)]).toEqual([false, true, true]);
    expect((await world.accounts.own.changePassword(mine, password, "another four words")).ok).toBe(true);
    expect([await opens(two), await opens(three)]).toEqual([false, true]);
    await world.accounts.desk.setDisabled(asker(ada), eve.id, true);
    expect(await opens(three)).toBe(false);
    await world.accounts.desk.setDisabled(asker(ada), eve.id, false);
    expect(await opens(three)).toBe(false);
    expect(world.audit().map(({ what }) => what)).toContain("session.revoke");
  });

  test("of a user who has twenty: the one used longest ago ends", async () => {
    await world.user("ada@example.org");
    const browsers = Array.from({ length: limits.sessionsPerUserMax + 1 }, () => world.browser());
    for (const browser of browsers) {
      await signedIn("ada@example.org", browser);
      await world.clock.advance(1_000);
    }
    const open = await Promise.all(browsers.map(opens));
    expect(open).toEqual(browsers.map((_browser, at) => at > 0));
  });

  test("its secret, codes and passwords are not in the store's file", async () => {
    await world.user("ada@example.org");
    const browser = world.browser();
    const who = await signedIn("ada@example.org", browser);
    const { secret } = world.accounts.own.startTotp(who);
    const bytes = readFileSync(storeFile(world.folder));
    for (const text of [
      browser.cookies.get("pharos_session") ?? "?",
      browser.cookies.get("pharos_device") ?? "?",
      password,
      secret,
    ])
      expect([text, bytes.includes(text)]).toEqual([text, false]);
  });
});

describe("cookies and forms", () => {
  test.each([
    [null, "pharos_session=x; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"],
    ["http://pharos.example.org", "pharos_session=x; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"],
    [
      "https://pharos.example.org",
      "__Host-pharos_session=x; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure",
    ],
  ])("reached by %p", async (url, cookie) => {
    const other = openPeopleWorld({ url });
    try {
      expect(other.accounts.visits.cookie("session", "x")).toBe(cookie);
      expect(other.accounts.visits.cookie("device", null)).toContain(
        "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
      );
    } finally {
      await other.close();
    }
  });

  const site = (value: string) => ({ "sec-fetch-site": value });
  test.each([
    ["the same site by Fetch Metadata", null, site("same-origin"), true],
    ["another site", null, site("cross-site"), false],
    ["another host of the same site", null, site("same-site"), false],
    ["no page at all", null, site("none"), false],
    ["the same origin, without Fetch Metadata", null, { origin: "http://127.0.0.1:8400" }, true],
    ["another port", null, { origin: "http://127.0.0.1:8401" }, false],
    ["an origin that browsers hide", null, { origin: "null" }, false],
    ["nothing", null, {}, false],
    ["the address that was set up", "https://p.example.org", { origin: "https://p.example.org" }, true],
    ["that address without TLS", "https://p.example.org", { origin: "http://p.example.org" }, false],
    [
      "the host that was asked, where another was set up",
      "https://p.example.org",
      { origin: "http://127.0.0.1:8400" },
      false,
    ],
  ] as const)("a change from %s", async (_from, url, headers, allowed) => {
    const other = openPeopleWorld({ url });
    try {
      const request = new Request("http://127.0.0.1:8400/admin/", {
        method: "POST",
        headers: { host: "127.0.0.1:8400", ...headers },
      });
      expect(other.accounts.refusalOf(request, null, undefined)?.status ?? 200).toBe(allowed ? 200 : 403);
    } finally {
      await other.close();
    }
  });

  test("a form brings back what its session gave it, and no other's", async () => {
    await world.user("ada@example.org");
    const [one, other] = [
      await signedIn("ada@example.org"),
      await signedIn("ada@example.org", world.browser("192.0.2.2")),
    ];
    const request = new Request("http://127.0.0.1/", { method: "POST", headers: site("same-origin") });
    for (const bad of [
      undefined,
      null,
      "",
      "x",
      other.csrf,
      `${one.csrf}x`,
      "\u00e9".repeat(one.csrf.length),
      [one.csrf],
    ])
      expect(world.accounts.refusalOf(request, one, bad)?.status).toBe(403);
    expect(world.accounts.refusalOf(request, one, one.csrf)).toBeNull();
  });

  test.each([
    [false, "203.0.113.9, 198.51.100.4", "192.0.2.1"],
    [true, "203.0.113.9, 198.51.100.4", "198.51.100.4"],
    [true, null, "192.0.2.1"],
  ])("behind a proxy: %p, forwarded for %p", async (behindProxy, forwarded, address) => {
    const other = openPeopleWorld({ behindProxy });
    try {
      const request = new Request("http://127.0.0.1/", {
        headers: forwarded === null ? {} : { "x-forwarded-for": forwarded },
      });
      expect(other.accounts.visits.visitOf(request, { address: "192.0.2.1" }).address).toBe(address);
    } finally {
      await other.close();
    }
  });
});

describe("one-time links", () => {
  const typed = { name: "Ada", email: "ada@example.org", password };

  test("the first owner signs up once, and nobody by that link after", async () => {
    const { entrances } = world.accounts;
    const visit = world.visit(world.browser());
    const replaced = entrances.firstSecret() ?? "";
    const secret = entrances.firstSecret() ?? "";
    expect([entrances.isFirst(replaced), entrances.isFirst("x"), entrances.isFirst(secret)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await entrances.first(visit, secret, { ...typed, password: "short" })).toMatchObject({
      ok: false,
      reason: { status: 422 },
    });
    const both = await Promise.all([
      entrances.first(visit, secret, typed),
      entrances.first(visit, secret, { ...typed, email: "eve@example.org" }),
    ]);
    expect(both.filter(({ ok }) => ok).length).toBe(1);
    expect(world.people.list()).toMatchObject([{ grants: [["*", "owner"]] }]);
    expect([entrances.firstSecret(), entrances.isFirst(secret)]).toEqual([null, false]);
    expect(world.audit().map(({ what, actor }) => [what, actor])).toContainEqual([
      "user.create",
      "first link",
    ]);
  });

  test("the first link is over after a day", async () => {
    const secret = world.accounts.entrances.firstSecret() ?? "";
    await world.clock.advance(limits.firstLinkMs);
    expect(await world.accounts.entrances.first(world.visit(world.browser()), secret, typed)).toMatchObject({
      ok: false,
      reason: { status: 404 },
    });
    expect(world.people.list()).toEqual([]);
  });

  async function invited(by: User, email: string, grants: Grants): Promise<string> {
    const made = await world.accounts.desk.invite(asker(by), { email, grants });
    if (!made.ok) throw new Error(String(made.reason.sentences));
    return made.value.secret;
  }

  test("an invitation makes an account with its roles, once; somebody who is there already takes it as who they are", async () => {
    const owner = await world.user("owner@example.org");
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    const visit = world.visit(world.browser());
    const secret = await invited(owner, "new@example.org", [["b", "responder"]]);
    expect(world.accounts.entrances.find(secret)).toMatchObject({ email: "new@example.org" });
    const done = await world.accounts.entrances.accept(visit, secret, { name: "New", password });
    expect(done).toMatchObject({
      ok: true,
      value: { kind: "in", user: { name: "New", grants: [["b", "responder"]] } },
    });
    expect((await world.accounts.entrances.accept(visit, secret, { name: "New", password })).ok).toBe(false);
    const further = await invited(owner, "eve@example.org", [
      ["a", "admin"],
      ["b", "viewer"],
    ]);
    expect(await world.accounts.entrances.accept(visit, further, { name: "Eve", password })).toMatchObject({
      reason: { status: 409 },
    });
    expect(await world.accounts.entrances.acceptAs(visit, further, eve)).toMatchObject({
      value: {
        grants: [
          ["a", "admin"],
          ["b", "viewer"],
        ],
      },
    });
    expect((await world.accounts.entrances.acceptAs(visit, further, eve)).ok).toBe(false);
  });

  test("an invitation is over after three days, or when it is withdrawn", async () => {
    const owner = await world.user("owner@example.org");
    const visit = world.visit(world.browser());
    const late = await invited(owner, "late@example.org", [["a", "viewer"]]);
    await world.clock.advance(limits.linkMs);
    expect(world.accounts.entrances.find(late)).toBeNull();
    const withdrawn = await invited(owner, "gone@example.org", [["a", "viewer"]]);
    const [link] = world.accounts.desk.links(asker(owner));
    expect((await world.accounts.desk.revokeLink(asker(owner), link?.id ?? "")).ok).toBe(true);
    for (const secret of [late, withdrawn, "", "x".repeat(10_000)])
      expect((await world.accounts.entrances.accept(visit, secret, { name: "X", password })).ok).toBe(false);
    expect(world.people.list().length).toBe(1);
  });

  test("a link to set a new password takes the second factor, sessions and known browsers off", async () => {
    const owner = await world.user("owner@example.org");
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    const browser = world.browser();
    await signedIn("eve@example.org", browser);
    await world.people.setSecondFactor(
      eve.id,
      { secret: new Uint8Array(20), step: 1, codes: ["x"] },
      commandLine,
    );
    const made = await world.accounts.desk.resetLink(asker(owner), eve.id);
    const secret = made.ok ? made.value.secret : "";
    expect(
      (await world.accounts.entrances.accept(world.visit(browser), secret, { name: "X", password })).ok,
    ).toBe(false);
    expect(
      (await world.accounts.entrances.reset(world.visit(browser), secret, "another four words")).ok,
    ).toBe(true);
    expect(await opens(browser)).toBe(false);
    expect((await world.signIn(world.browser(), "eve@example.org")).kind).toBe("refused");
    expect((await world.signIn(world.browser(), "eve@example.org", "another four words")).kind).toBe("in");
  });
});

describe("an account that is removed", () => {
  test("opens nothing any more, its address is free, and what it did stays told", async () => {
    const owner = await world.user("owner@example.org");
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    const browser = world.browser();
    await signedIn("eve@example.org", browser);
    const link = await world.accounts.desk.resetLink(asker(owner), eve.id);
    expect((await world.accounts.desk.remove(asker(owner), eve.id)).ok).toBe(true);
    expect(await opens(browser)).toBe(false);
    expect((await world.signIn(world.browser(), "eve@example.org")).kind).toBe("refused");
    expect(world.accounts.entrances.find(link.ok ? link.value.secret : "")).toBeNull();
    expect(world.people.list().map(({ id }) => id)).toEqual([owner.id]);
    expect(world.audit()).toContainEqual(
      expect.objectContaining({
        ...{ what: "user.delete", actor: `user:${owner.id}`, after: null },
        before: expect.objectContaining({ email: "eve@example.org" }),
      }),
    );
    expect((await world.user("eve@example.org")).id).not.toBe(eve.id);
  });

  test("is none where nobody would be left who may everything, or who removes may not", async () => {
    const owner = await world.user("owner@example.org");
    const admin = await world.user("admin@example.org", [["a", "admin"]]);
    const far = await world.user("far@example.org", [["b", "viewer"]]);
    const { remove } = world.accounts.desk;
    expect(await remove(asker(owner), owner.id)).toMatchObject({ ok: false, reason: { status: 409 } });
    expect(await remove(asker(admin), owner.id)).toMatchObject({ ok: false, reason: { status: 403 } });
    expect(await remove(asker(admin), far.id)).toMatchObject({ ok: false, reason: { status: 404 } });
    expect(world.people.list().length).toBe(3);
  });
});

describe("a password", () => {
  test.each([
    ["short", "fewer than 12"],
    ["x".repeat(1_025), "more than 1024 bytes"],
    ["password1234", "tried first"],
    ["PASSWORD1234", "tried first"],
    ["abababababab", "tried first"],
    ["eve@example.org", "name or address"],
    ["\uff50assword1234", "tried first"],
  ])("%p is refused", async (fresh, says) => {
    await world.user("eve@example.org", [["a", "viewer"]]);
    const done = await world.accounts.own.changePassword(await signedIn("eve@example.org"), password, fresh);
    expect(done.ok ? "" : String(done.reason.sentences)).toContain(says);
  });

  test("also changes the address that one signs in with, and ends the other sessions", async () => {
    const eve = await world.user("eve@example.org", [["a", "viewer"]]);
    await world.user("ann@example.org", [["b", "viewer"]]);
    const [here, elsewhere] = [world.browser(), world.browser()];
    await signedIn("eve@example.org", elsewhere);
    const who = await signedIn("eve@example.org", here);
    const { changeEmail } = world.accounts.own;
    for (const [typed, email, status] of [
      ["not the password", "new@example.org", 422],
      [password, "nobody", 422],
      [password, "Ann@Example.org", 409],
    ] as const)
      expect(await changeEmail(who, typed, email)).toMatchObject({ ok: false, reason: { status } });
    expect(await opens(elsewhere)).toBe(true);
    expect((await changeEmail(who, password, " new@example.org ")).ok).toBe(true);
    expect([await opens(here), await opens(elsewhere)]).toEqual([true, false]);
    expect((await world.signIn(world.browser(), "eve@example.org")).kind).toBe("refused");
    expect((await world.signIn(world.browser(), "new@example.org")).kind).toBe("in");
    expect(world.audit()).toContainEqual(
      expect.objectContaining({
        ...{ what: "user.update", actor: `user:${eve.id}` },
        before: expect.objectContaining({ email: "eve@example.org" }),
        after: expect.objectContaining({ email: "new@example.org" }),
      }),
    );
  });

  test("changes by the old one alone, and guesses of that are delayed", async () => {
    await world.user("eve@example.org", [["a", "viewer"]]);
    const who = await signedIn("eve@example.org");
    const statuses: number[] = [];
    for (let at = 0; at < limits.signInFreePair + 1; at++) {
      const done = await world.accounts.own.changePassword(who, "not the old one", "another four words");
      statuses.push(done.ok ? 200 : done.reason.status);
    }
    expect(statuses).toEqual([...Array.from({ length: limits.signInFreePair }, () => 422), 503]);
  });
});
