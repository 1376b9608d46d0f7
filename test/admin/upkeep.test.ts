// What must not get lost, by plain forms: of two operators the second one's words, of one whose session is over his form; and who follows a page.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Command } from "../../src/model/command.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

let world: AdminWorld;
const ids: Record<string, string> = {};
beforeAll(async () => {
  world = await openAdminWorld();
  const run = (command: Command) => world.run(world.page, command);
  ids.component = world.plain;
  ids.incident = await run({ kind: "incident.create", fields: { name: "Slow", body: "First." } });
  ids.update = view().incidentById.get(ids.incident)?.updates[0]?.id ?? "";
  ids.template = await run({
    kind: "template.create",
    fields: { name: "Slow", title: "Slow", body: "We look." },
  });
  ids.metric = await run({ kind: "metric.create", fields: { name: "Latency" } });
  await run({ kind: "incident.update", id: ids.incident, fields: { status: "resolved" } });
});
afterAll(() => world.close());

const view = () => {
  const found = world.ledger.view(world.page);
  if (found === null) throw new Error("There is no page.");
  return found;
};
const at = (below: string): string =>
  `/admin/p/${world.page}${below.replace(/:([a-z]+)/g, (_, name: string) => ids[name] ?? "")}`;

function filled(form: URLSearchParams, fields: Readonly<Record<string, string>>): URLSearchParams {
  const sent = new URLSearchParams(form);
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return sent;
}

/** Each form of what two may edit: its path, its deed, the field that both write in, what is there at the end. */
const edited: readonly (readonly [
  path: string,
  does: string,
  field: string,
  held: () => string | null | undefined,
])[] = [
  ["/components/:component", "save", "description", () => view().componentById.get(world.plain)?.description],
  ["/templates/:template", "save", "text", () => view().templates[0]?.body],
  ["/metrics/:metric", "save", "tooltip", () => view().metrics[0]?.tooltipDescription],
  ["/incidents/:incident", "details", "name", () => view().incidents[0]?.name],
  ["/incidents/:incident/updates/:update", "save", "text", () => view().incidents[0]?.updates.at(-1)?.body],
  ["/incidents/:incident/postmortem", "draft", "text", () => view().incidents[0]?.postmortemDraft?.body],
  ["/settings", "save", "headline", () => view().page.looks.headline],
];

describe.each(edited)("two edit %s", (path, does, field, held) => {
  test("the second one is told (412), sees both versions, and has every word; once more, and it is saved", async () => {
    const [one, other] = [world.as("owner"), world.as("admin")];
    const [mine, theirs] = [(await one.get(at(path))).fields(does), (await other.get(at(path))).fields(does)];
    const [own, foreign] = ["Mine, & <mine> alone", "It was theirs"];
    expect((await other.post(at(path), filled(theirs, { do: does, [field]: foreign }))).status).toBe(303);
    const refused = await one.post(at(path), filled(mine, { do: does, [field]: own }));
    expect([refused.status, held()]).toEqual([412, foreign]);
    const [now = "", yours = ""] = refused.text.split("<h3>Yours</h3>");
    expect(now).toContain(foreign);
    expect(yours.replaceAll("&gt;", ">")).toContain("Mine, &amp; &lt;mine> alone");
    const again = refused.fields(does);
    expect(again.get(field)).toBe(own);
    expect((await one.post(at(path), filled(again, { do: does }))).status).toBe(303);
    expect(held()).toBe(own);
  });

  test("at the very same moment: one of the two is saved, the other one sees it", async () => {
    const [one, other] = [world.as("owner"), world.as("admin")];
    const [mine, theirs] = [(await one.get(at(path))).fields(does), (await other.get(at(path))).fields(does)];
    const answers = await Promise.all([
      one.post(at(path), filled(mine, { do: does, [field]: "One" })),
      other.post(at(path), filled(theirs, { do: does, [field]: "Other" })),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 412]);
    expect(held()).toBe(answers[0]?.status === 303 ? "One" : "Other");
  });
});

describe("a session that is over in the middle of an update", () => {
  const path = (): string => at("/incidents/:incident");

  test("by itself and then by hand: nothing is sent, and two buttons send the whole form after signing in again", async () => {
    const form = (await world.as("editor").get(path())).fields("tell");
    const said = filled(form, { do: "tell", text: "It came back.\n\n  Indented.", status: "investigating" });
    said.append("component", world.grouped);
    said.set("to", "partial_outage");
    const before = view().incidents[0]?.updates.length ?? 0;
    const lost = await world.stranger().post(path(), said);
    expect([lost.status, view().incidents[0]?.updates.length]).toEqual([401, before]);
    expect(lost.text).toContain("nothing that you wrote is lost");
    // In another tab they sign in: the cookies of this browser are those of a new session, whose proof the form has not.
    const back = world.as("responder");
    const unproven = await back.post(path(), filled(lost.fields(), { csrf: "of the old session" }));
    expect([unproven.status, view().incidents[0]?.updates.length]).toEqual([403, before]);
    expect(unproven.text).toContain("Send it again");
    const sent = await back.post(path(), unproven.fields());
    expect(sent.to).toContain("done=told");
    expect(view().incidents[0]?.updates[0]).toMatchObject({
      status: "investigating",
      body: "It came back.\n\n  Indented.",
    });
    expect(view().componentById.get(world.grouped)?.status).toBe("partial_outage");
  });

  test("of another site: what somebody else wrote is shown, and not offered to be sent", async () => {
    const said = { do: "tell", text: "All is well, says somebody." };
    for (const browser of [world.stranger(), world.as("responder")]) {
      const refused = await browser.post(path(), said, { "sec-fetch-site": "cross-site" });
      expect(refused.status).toBe(403);
      expect(refused.text).not.toContain("Send it again");
    }
  });

  test("a password is never written into a page", async () => {
    const said = { do: "password", old: "four words of mine", fresh: "five other words of mine" };
    const lost = await world.stranger().post("/admin/me", said);
    expect([lost.status, lost.text.includes("words of mine")]).toEqual([401, false]);
  });

  test("what asks by itself is answered 401, and leads nobody away", async () => {
    const refused = await world
      .stranger()
      .post(path(), { do: "preview", text: "x" }, { "hx-request": "true" });
    expect([refused.status, refused.to]).toEqual([401, null]);
  });
});

test("a role that was taken away while somebody wrote: 403, and the text is shown", async () => {
  const refused = await world
    .as("viewer")
    .post(at("/incidents/:incident"), { do: "tell", text: "Not lost." });
  expect([refused.status, refused.text.includes("Not lost.")]).toEqual([403, true]);
});

test("an update names a component beyond those that are shown, and a maintenance is moved", async () => {
  const browser = world.as("responder");
  const from = Date.parse("2027-01-01T10:00:00Z");
  const fields = { name: "New disks", window: { from, until: from + 3_600_000 } };
  const id = await world.run(world.page, { kind: "incident.create", fields });
  const path = at(`/incidents/${id}`);
  const form = (await browser.get(path)).fields("details");
  const moved = filled(form, { do: "details", from: "2027-01-02T10:00", until: "2027-01-02T11:30" });
  expect((await browser.post(path, moved)).to).toContain("done=saved");
  expect(view().incidentById.get(id)?.window).toEqual({
    from: Date.parse("2027-01-02T10:00:00Z"),
    until: Date.parse("2027-01-02T11:30:00Z"),
  });
  const tell = filled((await browser.get(path)).fields("tell"), { do: "find", q: "website", text: "Kept." });
  const found = await browser.post(path, tell);
  expect([found.status, found.fields("tell").get("text")]).toEqual([200, "Kept."]);
  expect(/<div class="pick">.*?<\/div>/s.exec(found.text)?.[0]).toMatch(/Website/);
});

test("the audit says times as times, lengths as lengths, and what is meant by its name", async () => {
  const fields = { name: "Copies", rule: "FREQ=DAILY", start: "2027-01-01T02:30", durationMs: 3_600_000 };
  await world.run(world.page, { kind: "recurrence.create", fields });
  const { text } = await world.as("owner").get(at("/audit"));
  expect(text).toContain("recurrence “Copies”: name: Copies");
  expect(text).toContain("durationMs: 3600000");
  expect(text).toContain("window: (from 2027-01-01T02:30:00Z, until 2027-01-01T03:30:00Z)");
});

describe("who follows", () => {
  const add = (email: string, state: "active" | "unconfirmed" = "active") =>
    world.subscribers.add(world.page, [
      {
        ...{ kind: "email", state, contact: { ...noContact, email }, components: [world.grouped] },
        ...{ incident: null, accessUser: null, skipConfirmation: true },
      },
    ]);

  test("is counted for everybody, and named for who may edit", async () => {
    for (let number = 0; number < 60; number++) await add(`reader-${number}@mail.example`);
    await add("later@mail.example", "unconfirmed");
    const seen = (await world.as("viewer").get(at("/subscribers"))).text;
    expect(seen).toContain("60 active, 1 not confirmed yet");
    expect(seen).not.toContain("reader-1@mail.example");
    const editor = world.as("editor");
    const first = await editor.get(at("/subscribers"));
    expect(first.text).toContain("60 subscribers");
    expect(first.text).toContain("1 of 2");
    expect((await editor.get(`${at("/subscribers")}?part=2`)).text.match(/Take off…/g)).toHaveLength(10);
    const found = await editor.get(`${at("/subscribers")}?q=READER-42`);
    expect(found.text.match(/Take off…/g)).toHaveLength(1);
    expect(found.text).toContain("Core - API");
    expect((await editor.get(`${at("/subscribers")}?state=unconfirmed`)).text).toContain(
      "later@mail.example",
    );
  });

  test("is added, taken off, and erased; of wrong addresses the reason is said", async () => {
    const [editor, path] = [world.as("editor"), at("/subscribers")];
    const wrong = await editor.post(path, { do: "add", address: "nobody" });
    expect([wrong.status, wrong.text.includes("must be an address such as")]).toEqual([422, true]);
    expect(wrong.fields("add").get("address")).toBe("nobody");
    expect((await editor.post(path, { do: "add", address: "https://hook.example/a" })).to).toContain("added");
    const twice = await editor.post(path, { do: "add", address: "https://hook.example/a" });
    expect([twice.status, twice.text.includes("follows the page already")]).toEqual([422, true]);
    const idOf = async (q: string) =>
      (await editor.get(`${path}?q=${q}`)).fields("erase").get("subscriber") ?? "";
    const hook = await idOf("hook.example");
    expect((await world.as("responder").post(path, { do: "erase", subscriber: hook })).status).toBe(403);
    expect((await editor.post(path, { do: "unsubscribe", subscriber: hook })).to).toContain("unsubscribed");
    expect((await world.subscribers.get(world.page, hook))?.state).toBe("unsubscribed");
    const reader = await idOf("reader-7@");
    expect((await editor.post(path, { do: "erase", subscriber: reader })).to).toContain("erased");
    expect(await world.subscribers.get(world.page, reader)).toBeNull();
    const gone = await editor.post(path, { do: "erase", subscriber: reader });
    expect([gone.status, gone.text.includes("no such subscriber any more")]).toEqual([422, true]);
  });

  test("comes from a CSV once it was looked at, with where the consent is from; what is wrong is said and stands there to be mended", async () => {
    const [editor, path] = [world.as("editor"), at("/subscribers")];
    const of = async (text: string) =>
      (
        await world.subscribers.list(world.page, {
          ...{ text, incident: null, sort: "primary", descending: false, offset: 0, limit: 10 },
        })
      )[0];
    const right = 'email,consent_source\nlisted@mail.example,"Contract, page <2>"\nreader-1@mail.example,x';
    expect((await editor.post(path, { do: "csv-look", csv: "" })).status).toBe(422);
    const wrong = await editor.post(path, { do: "csv-import", csv: `${right}\nnobody,x` });
    expect([wrong.status, wrong.text.includes("Line 4, email:"), await of("listed@")]).toEqual([
      ...[422, true, undefined],
    ]);
    expect(wrong.fields("csv-look").get("csv")).toBe(`${right}\nnobody,x`);
    const looked = await editor.post(path, { do: "csv-look", csv: right });
    expect([looked.status, looked.text.includes("1 subscriber would be added"), await of("listed@")]).toEqual(
      [...[200, true, undefined]],
    );
    expect(looked.text).toContain("1 are here already");
    expect((await world.as("responder").post(path, { do: "csv-import", csv: right })).status).toBe(403);
    const done = await editor.post(path, filled(looked.fields("csv-import"), { do: "csv-import" }));
    expect(done.to).toContain("imported");
    expect(await of("listed@")).toMatchObject({
      state: "active",
      consent: { way: "operator", source: "Contract, page <2>" },
    });
    const rest = {
      do: "csv-import",
      csv: "email,consent_source\nrest@mail.example,x\nnobody,x",
      skip_wrong: "on",
    };
    expect((await editor.post(path, rest)).to).toContain("imported");
    expect((await of("rest@"))?.state).toBe("active");
  });

  test("is put on the list of those that nothing is sent to by address, and taken off by address or row", async () => {
    const [editor, path] = [world.as("editor"), at("/subscribers")];
    const ids = () => world.subscribers.suppressions(world.page, "", 10).map(({ id }) => id);
    const before = ids().length;
    for (const barred of ["never@mail.example", "US 202-555-0105", "https://hooks.slack.com/services/x"])
      expect((await editor.post(path, { do: "bar", barred })).to).toContain("suppressed");
    expect(ids()).toHaveLength(before + 3);
    const seen = await editor.get(path);
    expect([seen.text.includes("put here by hand"), seen.text.includes("never@mail.example")]).toEqual([
      ...[true, false],
    ]);
    expect((await world.as("viewer").get(path)).text).not.toContain("Never sent to");
    const refused = await editor.post(path, { do: "add", address: "never@mail.example" });
    expect([refused.status, refused.text.includes("nothing is sent to")]).toEqual([422, true]);
    expect((await editor.post(path, { do: "unbar", barred: "us 202 555 0105" })).to).toContain(
      "unsuppressed",
    );
    expect((await editor.post(path, { do: "unbar", barred: "us 202 555 0105" })).status).toBe(422);
    expect((await editor.post(path, { do: "bar", barred: "nobody" })).fields("bar").get("barred")).toBe(
      "nobody",
    );
    for (const suppression of ids()) await editor.post(path, { do: "unsuppress", suppression });
    expect(ids()).toEqual([]);
  });

  test("of another page is not there", async () => {
    const [made] = await world.subscribers.add(world.otherPage, [
      {
        ...{ kind: "email", state: "active", contact: { ...noContact, email: "theirs@mail.example" } },
        ...{ components: null, incident: null, accessUser: null, skipConfirmation: true },
      },
    ]);
    const theirs = made?.ok === true ? made.value.id : "";
    const editor = world.as("editor");
    expect((await editor.get(`${at("/subscribers")}?q=theirs`)).text).not.toContain("theirs@mail.example");
    expect((await editor.post(at("/subscribers"), { do: "erase", subscriber: theirs })).status).toBe(422);
    expect(await world.subscribers.get(world.otherPage, theirs)).not.toBeNull();
  });
});

test("an import that is refused has the address and the page that were typed", async () => {
  const owner = world.as("owner", "*");
  const form = (await owner.get("/admin/import")).fields("look");
  const refused = await owner.post(
    "/admin/import",
    filled(form, { do: "look", address: "gopher://a.example", page: "abc" }),
  );
  expect(refused.status).toBe(422);
  const again = refused.fields("look");
  expect([again.get("address"), again.get("page")]).toEqual(["gopher://a.example", "abc"]);
});
