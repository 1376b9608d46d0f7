// The admin pages in Chromium: the first run, an incident from a phone counted in taps, what each role finds, axe and looks on each screen.
// Long: a browser opens every screen.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { Secret, TOTP } from "otpauth";
import { screens } from "../../src/admin/screens.ts";
import type { CheckTarget, Probe } from "../../src/model/check.ts";
import type { Role } from "../../src/model/roles.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { writeTold } from "../store/told.ts";
import {
  axeFindings,
  type Browser,
  chromium,
  looksWrong,
  startBrowser,
  type Visit,
  visitor,
} from "../support/browser.ts";
import { count } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import { type AdminWorld, openAdminWorld, password } from "./admin-world.ts";

const testInChromium = skipUnless(chromium !== null, "there is no chromium");

let world: AdminWorld;
let browser: Browser;
let server: { readonly url: string; stop(): void };
const parameters: Record<string, string> = {};

beforeAll(async () => {
  if (chromium === null) return;
  world = await openAdminWorld();
  const { page } = world;
  const incident = await world.run(page, {
    kind: "incident.create",
    fields: {
      name: "Uploads fail in Frankfurt",
      body: "We look at it.",
      components: { [world.grouped]: "partial_outage" },
    },
  });
  const from = world.clock.wallMs() + 3_600_000;
  await world.run(page, {
    kind: "incident.create",
    fields: { name: "New disks", window: { from, until: from + 1 } },
  });
  await world.sessionOf("editor");
  const update = world.ledger.view(page)?.incidentById.get(incident)?.updates[0]?.id ?? "";
  await writeTold(world.store.folder, {
    ...{ page, otherPage: world.otherPage, incident, update, failed: ["nobody", "gone"] },
    atMs: world.clock.wallMs(),
    why: "550 5.1.1 <a-very-long-name-of-a-mailbox-that-nobody-has@mail.a-long-name.example>: no such user",
  });
  Object.assign(parameters, {
    ...{ page, incident, component: world.grouped, person: world.people.list()[0]?.id, name: "" },
    update,
    template: await world.run(page, {
      kind: "template.create",
      fields: { name: "Slow", title: "Slow", body: "We look." },
    }),
    metric: await world.run(page, { kind: "metric.create", fields: { name: "Latency" } }),
    draft: await world.run(page, {
      kind: "draft.create",
      publishAt: world.clock.wallMs() + 3_600_000,
      command: { kind: "incident.create", fields: { name: "New prices", body: "From May on." } },
    }),
    check: await watched(page),
    upstream: await world.run(page, { kind: "upstream.create", fields: { vendor: "github" } }),
    recurrence: await world.run(page, {
      kind: "recurrence.create",
      fields: { name: "Backups", rule: "FREQ=WEEKLY", start: "2027-01-10T02:30", durationMs: 3_600_000 },
    }),
  });
  await world.subscribers.add(page, [
    {
      ...{ kind: "email", state: "active", contact: { ...noContact, email: "reader@mail.example" } },
      ...{ components: null, incident: null, accessUser: null, skipConfirmation: true },
    },
  ]);
  world.pops.push(
    {
      key: "a",
      name: "fra-1",
      pages: ["*"],
      drained: false,
      revoked: false,
      joinedMs: 0,
      said: { level: 0, load: 120, pagesHeld: 2, ageMs: 1_500, lag: { generations: 0, ms: 0 } },
    },
    {
      key: "b",
      name: "syd-1",
      pages: ["*"],
      drained: true,
      revoked: false,
      joinedMs: 0,
      said: { level: 1, load: 9, pagesHeld: 2, ageMs: 900, lag: { generations: 2, ms: 4_200 } },
    },
  );
  await world.settled();
  const listening = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => world.admin(request, { address: "127.0.0.1" }),
  });
  server = { url: `http://127.0.0.1:${listening.port}`, stop: () => void listening.stop(true) };
  browser = await startBrowser();
}, 60_000);

/** With a day of what two POPs found. */
async function watched(page: string): Promise<string> {
  const target: CheckTarget = {
    kind: "http",
    ...{ url: "https://api.acme.example/health", method: "GET", headers: [], body: null, statuses: "200" },
    ...{ keyword: "ok", keywordAbsent: false, json: null, redirectsMax: 3, certificateDays: 14 },
  };
  const id = await world.run(page, { kind: "check.create", fields: { name: "API answers", target } });
  const now = world.clock.wallMs();
  for (const [at, pop] of ["fra-1", "syd-1"].entries())
    await world.results.add(
      pop,
      Array.from({ length: 280 }, (_, of) => {
        const isDown = of > 150 && of < 158;
        return {
          ...{ check: `${page}/${id}`, atMs: now - of * 300_000, state: isDown ? "down" : "up" },
          ...{ ms: 40 + at * 90 + ((of * 37) % 30), why: isDown ? "timeout" : null },
          ...{ said: isDown ? "No answer within 10 s." : null, certificateEndsMs: now + 40 * 86_400_000 },
        } satisfies Probe;
      }),
    );
  world.verdicts.set(id, {
    state: "up",
    sinceMs: now - 3_600_000,
    sentence: "2 of 2 POPs say that it is up.",
  });
  return id;
}

afterAll(async () => {
  if (chromium === null) return;
  await browser.close();
  server.stop();
  await world.close();
});

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  colorScheme: "light",
} as const;
const desk = { viewport: { width: 1280, height: 900 }, colorScheme: "dark" } as const;

/** Somebody of this role, at this machine. */
async function signedIn(
  role: Role,
  on: string,
  at: typeof phone | typeof desk,
  more: { readonly javaScriptEnabled?: boolean } = {},
): Promise<Visit> {
  const visit = await visitor(browser, { ...at, ...more });
  const [name = "", value = ""] = (await world.sessionOf(role, on)).split(/=(.*)/);
  await visit.page.context().addCookies([{ name, value, url: server.url }]);
  return visit;
}

/** The public page's own script does not run in a preview; Chromium says so each time. */
const grave = (complaints: readonly string[]): readonly string[] =>
  complaints.filter((it) => !it.includes("frame is sandboxed"));

describe("the admin pages in Chromium", () => {
  testInChromium(
    "the first run: the link, a name and a password, the second factor, the dashboard",
    async () => {
      const link = world.accounts.entrances.firstSecret() ?? "";
      const { page, complaints, end } = await visitor(browser, phone);
      await page.goto(`${server.url}/admin/first?token=${link}`);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByLabel("Your name").fill("Grace");
      await page.getByLabel("E-mail address").fill("grace@acme.example");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Become the owner" }).tap();
      await page.waitForURL("**/second-factor");
      expect(await axeFindings(page)).toEqual([]);
      const secret = Secret.fromBase32(((await page.locator(".key").textContent()) ?? "").replace(/\s/g, ""));
      const code = new TOTP({ secret }).generate({ timestamp: world.clock.wallMs() });
      await page.getByLabel("The code that the app shows").fill(code);
      await page.getByRole("button", { name: "Turn it on" }).tap();
      await page.locator(".codes").waitFor();
      expect(await page.locator(".codes li").count()).toBeGreaterThan(5);
      await page.getByRole("link", { name: "I have them" }).tap();
      await page.getByRole("heading", { name: "Pages" }).waitFor();
      expect(grave(complaints)).toEqual([]);
      await end();
    },
    60_000,
  );

  testInChromium(
    "an incident from a phone: three taps and one text; the preview is what visitors get, byte for byte",
    async () => {
      const { page, complaints, end } = await signedIn("responder", world.page, phone);
      await page.goto(`${server.url}/admin/p/${world.page}`);
      let taps = 0;
      const tap = async (what: ReturnType<typeof page.locator>): Promise<void> => {
        taps += 1;
        await what.tap();
      };
      await tap(page.getByRole("link", { name: "New incident" }));
      await page.waitForURL("**/incidents/new");
      await page.keyboard.type("Checkout is slow\nCards take twenty seconds.");
      await tap(page.getByLabel("Website"));
      const frame = page.locator("iframe");
      await frame.waitFor();
      await page.frameLocator("iframe").getByText("Website").first().waitFor();
      expect(await page.locator("#preview").textContent()).toContain("For 1,234 subscribers.");
      const path = (await frame.getAttribute("src")) ?? "";
      const seen = await page.evaluate((address) => fetch(address).then((it) => it.text()), path);
      await tap(page.getByRole("button", { name: "Publish", exact: true }));
      await page.waitForURL("**done=opened");
      expect(taps).toBeLessThanOrEqual(3);
      await world.settled();
      expect(seen).toBe(await (await world.visit("/")).text());
      expect(seen).toContain("Cards take twenty seconds.");
      expect(grave(complaints)).toEqual([]);
      await end();
    },
    60_000,
  );

  testInChromium(
    "what was typed outlives a page that is left, and is gone once it was told",
    async () => {
      const { page, end } = await signedIn("responder", world.page, phone);
      const path = `${server.url}/admin/p/${world.page}/incidents/new`;
      await page.goto(path);
      await page.keyboard.type("Nobody shall write this twice.");
      await page.goto(`${server.url}/admin/p/${world.page}`);
      await page.goto(path);
      expect(await page.locator("textarea").inputValue()).toBe("Nobody shall write this twice.");
      await page.getByRole("button", { name: "Publish", exact: true }).tap();
      await page.waitForURL("**done=opened");
      await page.goto(path);
      expect(await page.locator("textarea").inputValue()).toBe("");
      await end();
    },
    60_000,
  );

  testInChromium(
    "a list narrows while one types; what was chosen before stays",
    async () => {
      for (let at = 0; at < 60; at++)
        await world.run(world.page, { kind: "component.create", fields: { name: `Shard ${at}` } });
      const { page, end } = await signedIn("editor", world.page, desk);
      await page.goto(`${server.url}/admin/p/${world.page}/components`);
      await page.getByLabel("Find a component").pressSequentially("shard 42");
      await page.locator("#listed .list > li").nth(1).waitFor({ state: "detached" });
      expect(await page.locator("#listed .list > li").count()).toBe(1);
      await page.goto(`${server.url}/admin/p/${world.page}/incidents/new`);
      await page.getByLabel("Website").check();
      await page.getByLabel("Find components").pressSequentially("shard 42");
      await page.locator("#picked input").nth(2).waitFor({ state: "detached" });
      expect(await page.locator("#picked input").count()).toBe(2);
      expect(await page.getByLabel("Website").isChecked()).toBe(true);
      await end();
    },
    60_000,
  );

  testInChromium(
    "without JavaScript: an incident is opened, updated and resolved",
    async () => {
      const { page, end } = await signedIn("responder", world.page, phone, { javaScriptEnabled: false });
      await page.goto(`${server.url}/admin/p/${world.page}`);
      await page.getByRole("link", { name: "New incident" }).tap();
      await page.getByLabel("What is happening").fill("Mail is late\nBy an hour.");
      await page.getByRole("button", { name: "Preview" }).tap();
      await page.frameLocator("iframe").getByText("Mail is late").first().waitFor();
      await page.getByRole("button", { name: "Publish", exact: true }).tap();
      await page.waitForURL("**done=opened");
      await page.getByLabel("What is new").fill("It is the queue.");
      await page.getByText("Identified", { exact: true }).tap();
      await page.getByRole("button", { name: "Publish update" }).tap();
      await page.waitForURL("**done=told");
      await page.getByRole("button", { name: "Resolve" }).tap();
      await page.waitForURL("**done=closed");
      await world.settled();
      const id = /\/incidents\/([^?]+)/.exec(page.url())?.[1] ?? "";
      const own = await (await world.visit(`/incidents/${id}`)).text();
      for (const told of ["By an hour.", "It is the queue.", "Resolved"])
        expect([told, own.includes(told)]).toEqual([told, true]);
      await end();
    },
    60_000,
  );

  testInChromium(
    "a session that ends while somebody writes: it is said at once, and the whole form is sent after signing in again",
    async () => {
      const { page, end } = await signedIn("responder", world.page, phone);
      await page.goto(`${server.url}/admin/p/${world.page}/incidents/new`);
      await page.keyboard.type("Search is slow");
      await page.locator("iframe").waitFor();
      const context = page.context();
      await context.clearCookies();
      await page.keyboard.type("\nSince noon.");
      await page.locator(".lost").getByText("Your session is over").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      const [name = "", value = ""] = (await world.sessionOf("responder")).split(/=(.*)/);
      await page.getByRole("button", { name: "Publish", exact: true }).tap();
      await page.getByText("nothing that you wrote is lost").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await context.addCookies([{ name, value, url: server.url }]);
      await page.getByRole("button", { name: "Send it again" }).tap();
      await page.getByText("This form is of another session").waitFor();
      await page.getByRole("button", { name: "Send it again" }).tap();
      await page.waitForURL("**done=opened");
      expect(world.ledger.view(world.page)?.incidents[0]).toMatchObject({
        name: "Search is slow",
        updates: [{ body: "Since noon." }],
      });
      await end();
    },
    60_000,
  );

  testInChromium(
    "a control plane that does not answer is said above what was typed, and goes when it answers",
    async () => {
      const { page, end } = await signedIn("responder", world.page, phone);
      await page.goto(`${server.url}/admin/p/${world.page}/incidents/new`);
      await page.context().setOffline(true);
      await page.keyboard.type("Nothing works");
      await page.locator(".lost").getByText("has not answered since").waitFor();
      await page.context().setOffline(false);
      await page.keyboard.type(" any more");
      await page.locator(".lost").waitFor({ state: "detached" });
      expect(await page.locator("textarea").inputValue()).toBe("Nothing works any more");
      await end();
    },
    60_000,
  );

  const finds: readonly (readonly [role: Role, there: readonly string[], absent: readonly string[]])[] = [
    ["viewer", [], ["New incident", "Settings", "API keys"]],
    ["responder", ["New incident"], ["Settings", "API keys", "Audit"]],
    ["admin", ["New incident", "Settings", "API keys", "Audit"], []],
  ];
  for (const [role, there, absent] of finds)
    testInChromium(
      `the role ${role} finds what it may do, and nothing else`,
      async () => {
        const { page, end } = await signedIn(role, world.page, desk);
        await page.goto(`${server.url}/admin/p/${world.page}`);
        for (const name of there)
          expect([name, await page.getByRole("link", { name }).count()]).toEqual([name, 1]);
        for (const name of absent)
          expect([name, await page.getByRole("link", { name }).count()]).toEqual([name, 0]);
        await end();
      },
      60_000,
    );

  const looked = screens.map(({ path }) => path).filter((path) => !/:name/.test(path));
  const places = [
    ["a phone", phone],
    ["a desk", desk],
  ] as const;
  for (const [where, at] of places.slice(0, count(1, 2)))
    testInChromium(
      `every screen at ${where}, with 2,000 components: axe, touch targets, nothing sideways, nothing cut off`,
      async () => {
        await manyComponents();
        const { page, complaints, end } = await signedIn("owner", "*", at);
        const found: string[] = [];
        for (const path of ["/admin/sign-in", ...looked]) {
          const address = path.replace(/:([a-z]+)/g, (_all, name: string) => parameters[name] ?? "");
          const shown = await page.goto(`${server.url}${address === "/admin/" ? "/admin/?all=1" : address}`);
          expect([path, shown?.status()]).toEqual([path, 200]);
          // What sticks to the lower edge lies on what scrolls below it.
          await page.evaluate(
            'for (const it of document.querySelectorAll(".stick")) it.classList.remove("stick")',
          );
          const small = await page.evaluate<readonly string[]>(smallTargets);
          const wrong = [...(await axeFindings(page)), ...(await looksWrong(page)), ...small];
          found.push(...wrong.map((it) => `${path}: ${it}`));
        }
        expect(found).toEqual([]);
        expect(grave(complaints)).toEqual([]);
        await end();
      },
      180_000,
    );
});

/** As many as a page of a whole cloud has, once. */
async function manyComponents(): Promise<void> {
  const missing = 2_000 - (world.ledger.view(world.page)?.components.length ?? 0);
  if (missing <= 0) return;
  const made = Array.from({ length: missing }, (_, at) => ({
    kind: "component.create" as const,
    fields: { name: `Storage in a region with a long name, shard ${at}` },
  }));
  const done = await world.ledger.submit(world.page, made, "test");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
  await world.settled();
}

/** What is to be hit with a finger and is lower than 44 px; links within a text are as high as their line (WCAG 2.5.8). */
const smallTargets = `[...document.querySelectorAll("a,button,input:not([type=hidden]),select,textarea,summary")].flatMap((element) => {
  const { width, height } = element.getBoundingClientRect();
  const inText = getComputedStyle(element).display === "inline" || element.closest("label,.skip") !== null;
  return width > 0 && height > 0 && height < 43.5 && !inText ? ["small: " + element.outerHTML.slice(0, 100)] : [];
})`;
