// Coming in: the first owner by the link of the terminal, the second factor, invitations, signing out; by plain forms, as a browser sends them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Secret, TOTP } from "otpauth";
import { type AdminWorld, type Browser, openAdminWorld, password } from "./admin-world.ts";

let world: AdminWorld;
beforeAll(async () => {
  world = await openAdminWorld();
});
afterAll(() => world.close());

/** Sends the form that a page shows, with some of its fields filled in. */
async function fill(browser: Browser, path: string, fields: Readonly<Record<string, string>>, does?: string) {
  const page = await browser.get(path);
  const form = page.fields(does);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (does !== undefined) form.set("do", does);
  return browser.post(path.replace(/\?.*/, ""), form);
}

const codeOf = (text: string): string =>
  new TOTP({ secret: Secret.fromBase32(text.replace(/\s/g, "")) }).generate({
    timestamp: world.clock.wallMs(),
  });

const keyIn = (html: string): string => /class="key"[^>]*>([A-Z2-7 ]+)</.exec(html)?.[1] ?? "";

describe("coming in", () => {
  const owner = { name: "Grace", email: "grace@acme.example", password };
  let browser: Browser;
  let secret = "";
  let recovery = "";

  test("the link of the terminal makes the first owner, once", async () => {
    const link = world.accounts.entrances.firstSecret() ?? "";
    browser = world.stranger();
    const path = `/admin/first?token=${link}`;
    const weak = await fill(browser, path, { ...owner, password: "short" });
    expect(weak.status).toBe(422);
    expect(weak.text).toContain('value="Grace"');
    const made = await fill(browser, path, owner);
    expect(made.to).toBe("/admin/me/second-factor");
    expect(made.headers.getSetCookie().join()).toMatch(/pharos_session=[^;]+;.*HttpOnly; SameSite=Lax/);
    expect((await world.stranger().get(path)).status).toBe(404);
    expect((await world.stranger().get("/admin/first?token=guess")).status).toBe(404);
  });

  test("a second factor: a drawing, a text, a code; then recovery codes, shown once", async () => {
    const page = await browser.get("/admin/me/second-factor");
    expect(page.text).toContain('<svg class="qr"');
    secret = keyIn(page.text);
    const form = page.fields("confirm");
    form.set("do", "confirm");
    form.set("code", "000000");
    const wrong = await browser.post("/admin/me/second-factor", form);
    expect([wrong.status, keyIn(wrong.text)]).toEqual([422, secret]);
    form.set("code", codeOf(secret));
    const done = await browser.post("/admin/me/second-factor", form);
    expect(done.text).toContain("The second factor is on.");
    recovery = /<li>([a-z2-9-]{19})<\/li>/.exec(done.text)?.[1] ?? "";
    expect((await browser.get("/admin/me/second-factor")).text).not.toContain(recovery);
  });

  test("signing in asks for the code, leads to where one wanted to go, and to nobody else", async () => {
    await world.clock.advance(60_000);
    const wanted = `/admin/p/${world.page}/incidents`;
    for (const [to, arrives] of [
      [wanted, wanted],
      ["https://evil.example/", "/admin/"],
      ["//evil.example/admin/", "/admin/"],
      ["/admin/..//evil.example", "/admin/"],
      ["/admin/\\evil.example", "/admin/"],
    ] as const) {
      await world.clock.advance(60_000);
      const other = world.stranger();
      const typed = await fill(other, `/admin/sign-in?${new URLSearchParams({ to })}`, owner);
      expect(typed.to).toStartWith("/admin/sign-in/code?");
      expect((await other.get(wanted)).status).toBe(303);
      const path = typed.to ?? "";
      const page = await other.get(path);
      const form = page.fields();
      form.set("code", codeOf(secret));
      const inside = await other.post("/admin/sign-in/code", form);
      expect(inside.to).toBe(arrives);
      expect((await other.get(wanted)).status).toBe(200);
    }
  });

  test("a wrong password says the same of somebody and of nobody; a recovery code opens once", async () => {
    const sentences = await Promise.all(
      [owner.email, "nobody@acme.example"].map(async (email) => {
        const refused = await fill(world.stranger(), "/admin/sign-in", {
          email,
          password: "not my words at all",
        });
        expect(refused.status).toBe(403);
        return /role="alert">(.*?)<\/div>/s.exec(refused.text)?.[1];
      }),
    );
    expect(sentences[0]).toBe(sentences[1]);
    for (const status of [303, 403]) {
      const other = world.stranger();
      const { to } = await fill(other, "/admin/sign-in", owner);
      const form = (await other.get(to ?? "")).fields();
      form.set("code", recovery);
      expect((await other.post("/admin/sign-in/code", form)).status).toBe(status);
    }
  });

  test("an invitation gives a role on a page, once; a withdrawn one gives none", async () => {
    const form = { email: "lin@acme.example", page: world.page, role: "responder" };
    const made = await fill(browser, "/admin/people/invitations", form, "invite");
    const link = /href="(\/admin\/invitation\?token=[^"]+)"/.exec(made.text)?.[1] ?? "";
    const lin = world.stranger();
    expect((await lin.get(link)).text).toContain("responder of the page");
    const joined = await fill(lin, link, { name: "Lin", password: "other words of mine" });
    expect(joined.status).toBe(303);
    expect((await lin.get(`/admin/p/${world.page}/incidents/new`)).status).toBe(200);
    expect((await lin.get(`/admin/p/${world.page}/settings`)).status).toBe(403);
    expect((await lin.get(`/admin/p/${world.otherPage}`)).status).toBe(404);
    expect((await world.stranger().get(link)).status).toBe(404);
    const audit = (await browser.get(`/admin/p/${world.page}/audit`)).text;
    expect(audit).toContain("lin@acme.example");
  });

  test("signing out takes a form of ours, and ends the session", async () => {
    const other = world.as("editor");
    expect((await other.get("/admin/sign-out")).to).toBe("/admin/");
    expect((await other.post("/admin/sign-out", { csrf: "guess" })).status).toBe(403);
    expect((await other.get("/admin/me")).status).toBe(200);
    const out = await other.post("/admin/sign-out", {});
    expect(out.to).toBe("/admin/sign-in?done=out");
    expect((await other.get("/admin/me")).status).toBe(303);
  });
});
