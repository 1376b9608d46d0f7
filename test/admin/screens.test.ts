// Every screen of the table: who sees it, who does not, what protects it. A screen without a row here fails.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { screens } from "../../src/admin/screens.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { allows, type Role, roles } from "../../src/model/roles.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { writeTold } from "../store/told.ts";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

let world: AdminWorld;
let endpoint = "";
/** What a screen's parameters stand for here; each is named by what an editor could do worst. */
const parameters: Record<string, string> = {};
const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;`;
beforeAll(async () => {
  world = await openAdminWorld();
  await world.run(world.page, { kind: "component.create", fields: { name: nasty, description: nasty } });
  const fields = { name: nasty, body: nasty, componentIds: [world.plain] };
  const incident = await world.run(world.page, { kind: "incident.create", fields });
  const template = { name: nasty, title: nasty, body: nasty };
  Object.assign(parameters, {
    page: world.page,
    incident,
    update: world.ledger.view(world.page)?.incidentById.get(incident)?.updates[0]?.id,
    component: await world.run(world.page, {
      kind: "component.create",
      fields: { name: nasty, description: nasty },
    }),
    template: await world.run(world.page, { kind: "template.create", fields: template }),
    person: await nastyPerson(),
    metric: await world.run(world.page, { kind: "metric.create", fields: { name: nasty } }),
    upstream: await world.run(world.page, {
      kind: "upstream.create",
      fields: { name: nasty, vendor: "github" },
    }),
    draft: await world.run(world.page, {
      kind: "draft.create",
      publishAt: null,
      command: { kind: "incident.create", fields: { name: nasty, body: nasty, componentIds: [world.plain] } },
    }),
    check: await nastyCheck(incident),
    recurrence: await world.run(world.page, {
      kind: "recurrence.create",
      fields: {
        name: nasty,
        body: nasty,
        rule: "FREQ=WEEKLY",
        start: "2026-01-10T02:30",
        durationMs: 3_600_000,
      },
    }),
  });
  const [hook] = await world.subscribers.add(world.page, [
    {
      ...{ kind: "webhook", state: "active", components: null, incident: null, accessUser: null },
      skipConfirmation: true,
      contact: { ...noContact, endpoint: "https://hooks.example.org/<script>" },
    },
  ]);
  endpoint = hook?.ok === true ? hook.value.id : "";
  await writeTold(world.store.folder, {
    ...{ page: world.page, otherPage: world.otherPage, incident, update: parameters.update ?? "" },
    ...{ failed: ["nobody", nasty], why: nasty, atMs: world.clock.wallMs() },
    endpoint,
  });
  world.pops.push({
    key: "k",
    name: nasty,
    pages: ["*"],
    drained: false,
    revoked: false,
    joinedMs: 0,
    said: null,
  });
});
afterAll(() => world.close());

/** With everything that a check can show, from people and from POPs. */
async function nastyCheck(parent: string): Promise<string> {
  const target: CheckTarget = {
    kind: "http",
    ...{ url: "https://api.example/<script>alert(1)</script>", method: "POST", body: nasty },
    ...{ headers: [["X-Key", nasty]], statuses: "200", keyword: nasty, keywordAbsent: true },
    ...{
      json: { path: `["${nasty.replaceAll('"', "")}"]`, equals: nasty },
      redirectsMax: 0,
      certificateDays: 7,
    },
  };
  const id = await world.run(world.page, { kind: "check.create", fields: { name: nasty + parent, target } });
  const atMs = world.clock.wallMs();
  const check = `${world.page}/${id}`;
  const more = { ms: 12, why: "keyword", said: nasty, certificateEndsMs: atMs } as const;
  await world.results.add("fra1", [
    { check, atMs: atMs - 120_000, state: "up", ...more },
    { check, atMs, state: "down", ...more },
  ]);
  world.verdicts.set(id, { state: "suspected", sinceMs: atMs, sentence: nasty });
  return id;
}

async function nastyPerson(): Promise<string | undefined> {
  const grants = [[world.page, "viewer"]] as const;
  const asked = { name: nasty, email: "nasty@mail.example", grants, password: null, signOn: null };
  const made = await world.people.create(asked, commandLine);
  return made.ok ? made.value.id : undefined;
}

const unasked = new Set(["/admin/preview/:name"]);

const pathOf = (path: string): string =>
  path.replace(/:([a-z]+)/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`${path} has a parameter ${name} that this test does not know.`);
    return value;
  });

describe.each(screens.filter(({ path }) => !unasked.has(path)).map((it) => [it.path, it] as const))(
  "%s",
  (path, { needs, isFor }) => {
    const ofPage = path.startsWith("/admin/p/:page");
    /** Whoever opens `/admin/` with one page alone is led there. */
    const asked = (): string => (path === "/admin/" ? "/admin/?all=1" : pathOf(path));

    test.each(roles.map((it) => [it]))("is shown to the role %s as its need says", async (role: Role) => {
      const { status, text } = await world.as(role, ofPage ? world.page : "*").get(asked());
      const grants = [[ofPage ? world.page : "*", role]] as const;
      const allowed = allows(role, needs) && (isFor?.({ kind: "user", id: "", name: "", grants }) ?? true);
      expect(status).toBe(allowed ? 200 : 403);
      expect(text).not.toContain("<script>alert(1)");
      expect(text).not.toContain("<img src=x");
      expect(text).not.toContain(" style=");
    });

    test("leads somebody who is not signed in to the door", async () => {
      const { status, to } = await world.stranger().get(asked());
      expect(status).toBe(303);
      expect(to).toStartWith("/admin/sign-in?to=%2Fadmin");
    });

    test("says what it may do, and is kept by nobody", async () => {
      const { headers } = await world.as("owner", "*").get(asked());
      expect(headers.get("content-security-policy")).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'",
      );
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("same-origin");
      expect(headers.get("cache-control")).toBe("no-store");
    });

    if (ofPage)
      test("is not there for the owner of another page, as if there were no such page", async () => {
        const stranger = world.as("owner", world.otherPage);
        const [refused, absent] = [
          await stranger.get(asked()),
          await stranger.get(asked().replace(world.page, "nosuchpage")),
        ];
        expect(refused.status).toBe(404);
        expect(refused.text).toBe(absent.text.replaceAll("nosuchpage", world.page));
        expect((await stranger.post(asked(), { do: "tell", text: "mine" })).status).toBe(404);
      });
  },
);

describe("a form", () => {
  const path = (): string => `/admin/p/${world.page}/incidents/new`;
  const written = { do: "publish", text: "A text that nobody wants to write again." };
  const count = (): number => world.ledger.view(world.page)?.incidents.length ?? 0;

  test("of another site is not taken", async () => {
    const before = count();
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "", origin: "https://evil.example" },
    ]) {
      const sent = await world.as("owner").post(path(), written, headers);
      expect(sent.status).toBe(403);
    }
    expect(count()).toBe(before);
  });

  test("without the session's proof is not taken, and shows what was written", async () => {
    const before = count();
    const sent = await world.as("owner").post(path(), { ...written, csrf: "proof of another" });
    expect(sent.status).toBe(403);
    expect(sent.text).toContain(written.text);
    expect(count()).toBe(before);
  });

  test("of somebody whose session is over is not taken, and shows what was written", async () => {
    const before = count();
    const sent = await world.stranger().post(path(), written);
    expect(sent.status).toBe(401);
    expect(sent.text).toContain(written.text);
    expect(count()).toBe(before);
  });

  test("of a viewer is refused, although the screen's incident may be read", async () => {
    const before = count();
    const viewer = world.as("viewer");
    expect((await viewer.get(`/admin/p/${world.page}/incidents/${parameters.incident}`)).status).toBe(200);
    expect(
      (
        await viewer.post(`/admin/p/${world.page}/incidents/${parameters.incident}`, {
          do: "tell",
          text: "x",
        })
      ).status,
    ).toBe(403);
    expect((await viewer.post(path(), written)).status).toBe(403);
    expect(count()).toBe(before);
  });

  test("beyond its bound is refused by a sentence", async () => {
    const sent = await world.as("owner").post(path(), { text: "x".repeat(2_000_000) });
    expect(sent.status).toBe(413);
    expect(sent.text).toContain("larger than a form may be");
  });
});

describe("deliveries", () => {
  const path = (): string => `/admin/p/${world.page}/deliveries`;

  test("an incident says who was told of it, by channel, and leads to all of it", async () => {
    const incident = `/admin/p/${world.page}/incidents/${parameters.incident}`;
    const { text } = await world.as("viewer").get(incident);
    expect(text).toContain(
      "E-mail: 7 of 10 sent, 2 failed, 1 left meanwhile, 3 tried again, 95 in 100 within 0.1 s",
    );
    expect(text).toContain("Webhook: 4 of 4 sent, 0 failed, 3 tried again");
    const all = await world.as("viewer").get(`${path()}?incident=${parameters.incident}`);
    expect(all.text).toContain("E-mail: 7 of 10 sent");
    expect((await world.as("viewer").get(`${path()}?before=1`)).text).toContain("Nobody was told");
  });

  test("what failed is an editor's, says why, and is sent again: one, or all of it", async () => {
    expect((await world.as("viewer").get(path())).text).not.toContain("What failed");
    const editor = world.as("editor");
    const seen = await editor.get(path());
    expect(seen.text).toContain("Tried 2 times: &lt;script&gt;alert(1)");
    const one = seen.fields("one");
    one.set("do", "one");
    expect((await world.as("viewer").post(path(), one)).status).toBe(403);
    expect(world.sentAgain).toEqual([]);
    expect((await editor.post(path(), one)).to).toContain("done=again");
    expect(world.sentAgain).toMatchObject([{ job: 1, kind: "email" }]);
    await editor.post(path(), { do: "all", job: "1" });
    expect(world.sentAgain).toHaveLength(3);
    // That of another page is none of this one's.
    expect((await editor.post(path(), { do: "all", job: "2" })).to).toContain("done=none");
    expect((await editor.post(path(), { do: "one", job: "1" })).status).toBe(422);
    expect(world.sentAgain).toHaveLength(3);
  });

  test("each attempt of an endpoint is an editor's: what it answered, how soon, why it did not take it", async () => {
    const list = await world.as("editor").get(`/admin/p/${world.page}/subscribers`);
    const attempts = `${path()}?subscriber=${endpoint}`;
    expect(list.text).toContain(`href="${attempts}#attempts-h"`);
    const { text } = await world.as("editor").get(attempts);
    expect(text).toContain("Last messages to https://hooks.example.org/&lt;script&gt;");
    expect(text).toContain("Answered 503 after 1,204 ms");
    expect(text).toContain("Answered 200 after 31 ms, attempt 2");
    expect(text).not.toContain("<script>alert(1)");
    expect((await world.as("viewer").get(attempts)).text).not.toContain("Last messages");
    expect((await world.as("editor").get(`${path()}?subscriber=nobody`)).text).not.toContain("Last messages");
  });
});

test("a preview is shown to who asked for it alone", async () => {
  const form = (await world.as("responder").get(`/admin/p/${world.page}/incidents/new`)).fields("publish");
  form.set("text", "Soon.");
  form.set("do", "preview");
  const seen = await world.as("responder").post(`/admin/p/${world.page}/incidents/new`, form);
  const preview = /<iframe[^>]* src="([^"]+)"/.exec(seen.text)?.[1] ?? "";
  expect((await world.as("responder").get(preview)).status).toBe(200);
  expect((await world.as("owner", "*").get(preview)).status).toBe(404);
});

test("files that pages load are named by their bytes, kept for ever, and there are no others", async () => {
  const { text } = await world.as("viewer").get(`/admin/p/${world.page}`);
  const files = [...text.matchAll(/(?:src|href)="(\/admin\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  expect(files).toHaveLength(3);
  for (const path of files) {
    const file = await world.stranger().get(path);
    expect(file.status).toBe(200);
    expect(file.headers.get("cache-control")).toContain("immutable");
  }
  expect((await world.as("viewer").get("/admin/assets/htmx.0000000000000000.js")).status).toBe(404);
});
