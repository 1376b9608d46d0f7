// What is told later, by plain forms: drafts that publish themselves or wait, and maintenance that recurs.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { formFrom } from "../../src/admin/form.ts";
import { choicesOf, ruleIn, wordsOf } from "../../src/admin/recurrence-said.ts";
import { timersDue } from "../../src/model/timers.ts";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

let world: AdminWorld;
beforeAll(async () => {
  world = await openAdminWorld();
});
afterAll(() => world.close());

const at = (below = ""): string => `/admin/p/${world.page}${below}`;
const view = () => {
  const found = world.ledger.view(world.page);
  if (found === null) throw new Error("There is no page.");
  return found;
};
const draftOf = (to: string | null): string => /\/drafts\/([^?]+)/.exec(to ?? "")?.[1] ?? "";

function withDeed(form: URLSearchParams, does: string, more: Readonly<Record<string, string>> = {}) {
  const sent = new URLSearchParams(form);
  for (const [name, value] of Object.entries({ ...more, do: does })) sent.set(name, value);
  return sent;
}

const hourMs = 3_600_000;
/** In an hour, as a form has it. */
const soon = (): string => new Date(world.clock.wallMs() + hourMs).toISOString().slice(0, 16);

/** What the timer of the control plane does. */
async function timersRun(): Promise<void> {
  for (const due of timersDue(view(), world.clock.wallMs())) await world.run(world.page, due);
}

describe("a draft", () => {
  const paths: string[] = [];
  test("is made of an incident that is not to be told now; no reader sees it; it is read and changed", async () => {
    const browser = world.as("responder");
    const form = (await browser.get(at("/incidents/new"))).fields("publish");
    form.set("text", "New prices\nThey hold from May on.");
    form.append("component", world.grouped);
    const made = await browser.post(at("/incidents/new"), withDeed(form, "draft"));
    expect(made.to).toBe(`${at("/drafts")}?done=made`);
    await world.settled();
    expect(await (await world.visit("/")).text()).not.toContain("New prices");
    const id = view().drafts[0]?.id ?? "";
    paths.push(at(`/drafts/${id}`));
    expect((await world.as("viewer").get(at("/drafts"))).text).toContain("New prices");
    const opened = (await browser.get(at(`/drafts/${id}`))).fields("save");
    expect([opened.get("name"), opened.get("text"), opened.get("to")]).toEqual([
      "New prices",
      "They hold from May on.",
      "partial_outage",
    ]);
    const saved = await browser.post(
      at(`/drafts/${id}`),
      withDeed(opened, "save", { text: "They hold from June on.", publishAt: "2027-05-07T03:00" }),
    );
    expect(saved.to).toBe(`${at(`/drafts/${id}`)}?done=saved`);
    expect(view().drafts[0]).toMatchObject({
      publishAt: Date.parse("2027-05-07T03:00:00Z"),
      command: {
        fields: {
          name: "New prices",
          body: "They hold from June on.",
          componentIds: [world.grouped],
          components: { [world.grouped]: "partial_outage" },
          deliverNotifications: true,
        },
      },
    });
  });

  test("that somebody else changed meanwhile is refused with both versions, and loses no text", async () => {
    const [path = ""] = paths;
    const [one, other] = [world.as("responder"), world.as("editor")];
    const mine = (await one.get(path)).fields("save");
    const theirs = (await other.get(path)).fields("save");
    await other.post(path, withDeed(theirs, "save", { text: "It was theirs." }));
    const refused = await one.post(path, withDeed(mine, "save", { text: "It was <mine>." }));
    expect(refused.status).toBe(412);
    expect(refused.text).toContain("It was theirs.");
    expect(refused.fields("save").get("text")).toBe("It was <mine>.");
    const again = await one.post(path, withDeed(refused.fields("save"), "save"));
    expect(again.status).toBe(303);
    expect(view().drafts[0]?.command.fields.body).toBe("It was <mine>.");
  });

  test("that is published now is served as its preview showed it, byte for byte, with what was just written", async () => {
    const [path = ""] = paths;
    const browser = world.as("responder");
    const form = (await browser.get(path)).fields("save");
    form.set("text", "They hold from now on.");
    const seen = await browser.post(path, withDeed(form, "preview"));
    const frame = /<iframe[^>]* src="([^"]+)"/.exec(seen.text)?.[1] ?? "";
    const preview = await browser.get(frame);
    const done = await browser.post(path, withDeed(seen.fields("publish"), "publish"));
    expect(done.to).toContain("done=opened");
    await world.settled();
    const front = await (await world.visit("/")).text();
    expect(front).toContain("They hold from now on.");
    expect(preview.text).toBe(front);
    expect(view().drafts).toEqual([]);
    expect(view().incidents[0]).toMatchObject({ name: "New prices", componentIds: [world.grouped] });
  });

  test("that is not there any more: what was written to it is shown, not lost", async () => {
    const [path = ""] = paths;
    const sent = await world.as("responder").post(path, { do: "save", text: "A long thought." });
    expect(sent.status).toBe(404);
    expect(sent.text).toContain("A long thought.");
  });

  test("of an update publishes itself at its moment, in the state that the incident has by then", async () => {
    const browser = world.as("responder");
    const id = view().incidents[0]?.id ?? "";
    const form = (await browser.get(at(`/incidents/${id}`))).fields("tell");
    const later = { text: "Half time.", publishAt: soon() };
    await browser.post(at(`/incidents/${id}`), withDeed(form, "draft", later));
    await world.run(world.page, { kind: "incident.update", id, fields: { status: "identified" } });
    await world.clock.advance(hourMs);
    await timersRun();
    expect(view().incidentById.get(id)?.updates[0]).toMatchObject({
      status: "identified",
      body: "Half time.",
    });
  });

  test("that could not be told says why, on the dashboard too, and waits; discarded it is gone", async () => {
    const browser = world.as("responder");
    const id = view().incidents[0]?.id ?? "";
    const form = (await browser.get(at(`/incidents/${id}`))).fields("tell");
    await browser.post(
      at(`/incidents/${id}`),
      withDeed(form, "draft", { text: "Too late.", publishAt: soon() }),
    );
    await world.run(world.page, { kind: "incident.delete", id });
    await world.clock.advance(hourMs);
    await timersRun();
    for (const path of [at(), at("/drafts")])
      expect((await browser.get(path)).text).toContain("at its time it could not be published");
    const path = at(`/drafts/${view().drafts[0]?.id}`);
    expect((await browser.post(path, { do: "discard" })).to).toBe(`${at("/drafts")}?done=discarded`);
    expect(view().drafts).toEqual([]);
  });

  test("of a maintenance keeps its window and what it does by itself", async () => {
    const browser = world.as("responder");
    const form = (await browser.get(at("/maintenance/new"))).fields("publish");
    form.set("text", "New disks");
    form.delete("itself");
    expect((await browser.post(at("/maintenance/new"), withDeed(form, "draft"))).to).toContain("/drafts");
    const draft = view().drafts[0];
    const path = at(`/drafts/${draft?.id}`);
    const opened = (await browser.get(path)).fields("save");
    const moved = withDeed(opened, "save", { from: "2027-01-01T10:00", until: "2027-01-01T11:00" });
    expect((await browser.post(path, moved)).status).toBe(303);
    expect(view().drafts[0]?.command.fields).toMatchObject({
      window: { from: Date.parse("2027-01-01T10:00Z"), until: Date.parse("2027-01-01T11:00Z") },
      automation: { begins: false, setsMaintenance: true, remindsPrior: true },
    });
    const wrong = await browser.post(path, withDeed(opened, "save", { from: "soon" }));
    expect([wrong.status, wrong.text.includes("needs a time at which it begins")]).toEqual([422, true]);
    expect((await world.as("viewer").post(path, withDeed(opened, "save"))).status).toBe(403);
    await browser.post(path, { do: "discard" });
  });

  test("for a moment that is past is refused, and the text stands in the form", async () => {
    const browser = world.as("responder");
    const form = (await browser.get(at("/incidents/new"))).fields("publish");
    const refused = await browser.post(
      at("/incidents/new"),
      withDeed(form, "draft", { text: "Once upon a time", publishAt: "2020-01-01T00:00" }),
    );
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("not in the future");
    expect(refused.fields("publish").get("text")).toBe("Once upon a time");
    expect(draftOf(refused.to)).toBe("");
  });
});

describe("maintenance that recurs", () => {
  test("shows its next five times on the page's clock before it is saved, through a night without 02:30", async () => {
    await world.run(world.page, { kind: "page.update", fields: { timeZone: "Europe/Berlin" } });
    const browser = world.as("editor");
    const form = (await browser.get(at("/recurring/new"))).fields("save");
    const filled = withDeed(form, "preview", {
      ...{ name: "Backups", start: "2027-03-07T02:30", unit: "WEEKLY", hours: "1", minutes: "30" },
    });
    filled.append("day", "SU");
    const seen = await browser.post(at("/recurring/new"), filled);
    expect([...seen.text.matchAll(/<li>(\w+ \d+ \w+ 2027, [^<]+)<\/li>/g)].map(([, text]) => text)).toEqual([
      "Sun 7 Mar 2027, 02:30 – 04:00 UTC+1",
      "Sun 14 Mar 2027, 02:30 – 04:00 UTC+1",
      "Sun 21 Mar 2027, 02:30 – 04:00 UTC+1",
      "Sun 28 Mar 2027, 03:30 – 05:00 UTC+2",
      "Sun 4 Apr 2027, 02:30 – 04:00 UTC+2",
    ]);
    expect(view().recurrences).toEqual([]);
    const saved = await browser.post(at("/recurring/new"), withDeed(filled, "save"));
    expect(saved.to).toContain("done=made");
    expect(view().recurrences[0]).toMatchObject({
      ...{ name: "Backups", rule: "FREQ=WEEKLY;BYDAY=SU", start: "2027-03-07T02:30", durationMs: 5_400_000 },
      automation: { begins: true, completes: true, setsMaintenance: true, remindsPrior: true },
      deliverNotifications: false,
    });
  });

  test("is skipped once, paused, goes on, is changed, and ends; each by a role that may", async () => {
    const [browser, path] = [world.as("editor"), at(`/recurring/${view().recurrences[0]?.id}`)];
    const ahead = () => view().maintenances.filter(({ status }) => status === "scheduled").length;
    const skip = (await browser.get(path)).fields("skip");
    expect((await browser.post(path, withDeed(skip, "skip"))).to).toContain("done=skipped");
    const text = (await browser.get(path)).text;
    expect([text.includes("Sun 7 Mar 2027"), text.includes("Sun 14 Mar 2027"), ahead()]).toEqual([
      false,
      true,
      2,
    ]);
    expect((await browser.post(path, { do: "pause" })).to).toContain("done=paused");
    expect([ahead(), (await browser.get(path)).text.includes("None while it pauses.")]).toEqual([0, true]);
    expect((await browser.post(path, { do: "resume" })).to).toContain("done=resumed");
    expect(ahead()).toBe(2);
    const form = (await browser.get(path)).fields("save");
    form.set("ahead", "3");
    expect((await browser.post(path, withDeed(form, "save"))).to).toContain("done=saved");
    expect([ahead(), view().recurrences[0]?.automation.setsMaintenance]).toEqual([3, true]);
    expect((await world.as("responder").post(path, { do: "end" })).status).toBe(403);
    expect((await browser.post(path, { do: "end" })).to).toBe(`${at("/recurring")}?done=ended`);
    expect([ahead(), view().recurrences]).toEqual([0, []]);
  });

  test("that somebody else changed meanwhile is refused with both versions", async () => {
    const fields = { name: "Copies", rule: "FREQ=DAILY", start: "2027-01-01T02:30", durationMs: 3_600_000 };
    const id = await world.run(world.page, { kind: "recurrence.create", fields });
    const [browser, path] = [world.as("editor"), at(`/recurring/${id}`)];
    const form = (await browser.get(path)).fields("save");
    await world.run(world.page, { kind: "recurrence.update", id, fields: { name: "Theirs" } });
    const refused = await browser.post(path, withDeed(form, "save", { name: "Mine" }));
    expect([refused.status, refused.text.includes("Theirs")]).toEqual([412, true]);
    expect(refused.fields("save").get("name")).toBe("Mine");
    const wrong = await browser.post(path, withDeed(refused.fields("save"), "save", { hours: "30" }));
    expect([wrong.status, wrong.text.includes("not over when the next begins")]).toEqual([422, true]);
  });

  test.each([
    ["FREQ=DAILY", "Every day"],
    [
      "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO;UNTIL=20270301",
      "Every 2 weeks on Monday and Thursday, until 2027-03-01",
    ],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"],
    ["FREQ=MONTHLY;BYDAY=1SU;COUNT=4", "Every month on the first Sunday, 4 times"],
    ["FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday"],
    ["FREQ=YEARLY;INTERVAL=1", "Every year"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15"],
    ["FREQ=WEEKLY;WKST=SU;INTERVAL=2", "FREQ=WEEKLY;WKST=SU;INTERVAL=2"],
    ["FREQ=DAILY;UNTIL=20270301T023000Z", "FREQ=DAILY;UNTIL=20270301T023000Z"],
    ["FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO"],
  ])("the rule %s is said by choices, or stands as it is: %s", (rule, words) => {
    expect(wordsOf(rule)).toBe(words);
    const parts = (of: string): string =>
      of
        .replace("RRULE:", "")
        .replace("TH,MO", "MO,TH")
        .split(";")
        .filter((it) => it !== "INTERVAL=1")
        .sort()
        .join(";");
    expect(parts(ruleIn(formFrom(choicesOf(rule))))).toBe(parts(rule));
  });
});
