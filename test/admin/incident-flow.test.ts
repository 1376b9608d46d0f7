// An incident from the admin pages to a POP's visitors by plain forms alone, as a browser without script sends them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

let world: AdminWorld;
beforeAll(async () => {
  world = await openAdminWorld();
});
afterAll(() => world.close());

const frameIn = (text: string): string => /<iframe[^>]* src="([^"]+)"/.exec(text)?.[1] ?? "";
const at = (below = ""): string => `/admin/p/${world.page}${below}`;

test("maintenance that is planned runs by itself, unless its boxes are unticked", async () => {
  const browser = world.as("responder");
  for (const [box, expected] of [
    ["", { begins: true, completes: true, setsMaintenance: true, setsOperational: true, remindsPrior: true }],
    ["itself", { begins: false, completes: false, setsMaintenance: true }],
    ["affect", { begins: true, setsMaintenance: false, setsOperational: false }],
    ["remind", { begins: true, remindsPrior: false }],
  ] as const) {
    const form = (await browser.get(at("/maintenance/new"))).fields("publish");
    form.set("text", "New disks");
    form.append("component", world.plain);
    form.delete(box);
    const planned = await browser.post(at("/maintenance/new"), withDeed(form, "publish"));
    const id = /\/incidents\/([^?]+)/.exec(planned.to ?? "")?.[1] ?? "";
    expect(world.ledger.view(world.page)?.incidentById.get(id)?.automation).toMatchObject(expected);
    await world.run(world.page, { kind: "incident.delete", id });
  }
});

describe("an incident by plain forms", () => {
  test("what the preview shows is what visitors get, byte for byte, of the front page and of the incident's own", async () => {
    const browser = world.as("responder");
    const form = (await browser.get(at("/incidents/new"))).fields("publish");
    form.set("text", "Uploads fail\nWe look at <b>it</b> & more.");
    form.append("component", world.grouped);
    const seen = await browser.post(at("/incidents/new"), withDeed(form, "preview"));
    expect(seen.status).toBe(200);
    expect(seen.text).toContain("For 1,234 subscribers.");
    const preview = await browser.get(frameIn(seen.text));
    expect(preview.headers.get("content-security-policy")).toContain("sandbox");
    expect(world.ledger.view(world.page)?.incidents).toEqual([]);

    const published = await browser.post(at("/incidents/new"), withDeed(form, "publish"));
    expect(published.status).toBe(303);
    await world.settled();
    const front = await (await world.visit("/")).text();
    expect(front).toContain("Uploads fail");
    expect(preview.text).toBe(front);
    const own = /\/incidents\/([^?]+)/.exec(published.to ?? "")?.[1] ?? "";
    const ownPreview = await browser.get(/<a href="(\/admin\/preview\/[^"]+)"/.exec(seen.text)?.[1] ?? "");
    expect(ownPreview.text).toBe(await (await world.visit(`/incidents/${own}`)).text());
    expect(world.ledger.view(world.page)?.componentById.get(world.grouped)?.status).toBe("partial_outage");

    const again = await browser.post(at("/incidents/new"), withDeed(form, "publish"));
    expect(again.status).toBe(422);
    expect(world.ledger.view(world.page)?.incidents).toHaveLength(1);
  });

  test("an update and its end; its components are well again", async () => {
    const browser = world.as("responder");
    const id = world.ledger.view(world.page)?.incidents[0]?.id ?? "";
    const form = (await browser.get(at(`/incidents/${id}`))).fields("tell");
    form.set("text", "It is the disk.");
    form.set("status", "identified");
    const told = await browser.post(at(`/incidents/${id}`), withDeed(form, "tell"));
    expect(told.to).toBe(`${at(`/incidents/${id}`)}?done=told`);
    expect(world.ledger.view(world.page)?.incidents[0]?.status).toBe("identified");

    const closing = (await browser.get(at(`/incidents/${id}`))).fields("close");
    const closed = await browser.post(at(`/incidents/${id}`), withDeed(closing, "close"));
    expect(closed.to).toContain("done=closed");
    const after = world.ledger.view(world.page);
    expect(after?.incidents[0]?.status).toBe("resolved");
    expect(after?.componentById.get(world.grouped)?.status).toBe("operational");
  });

  test("somebody else told more meanwhile: 412, both are shown, nothing is sent, and no word is lost", async () => {
    const id = await world.run(world.page, {
      kind: "incident.create",
      fields: { name: "Slow", body: "First." },
    });
    const [one, other] = [world.as("responder"), world.as("editor")];
    const mine = (await one.get(at(`/incidents/${id}`))).fields("tell");
    const theirs = (await other.get(at(`/incidents/${id}`))).fields("tell");
    theirs.set("text", "It was theirs.");
    await other.post(at(`/incidents/${id}`), withDeed(theirs, "tell"));
    mine.set("text", "It was mine & <mine> alone.");
    const refused = await one.post(at(`/incidents/${id}`), withDeed(mine, "tell"));
    expect(refused.status).toBe(412);
    expect(refused.text).toContain("It was theirs.");
    expect(refused.fields("tell").get("text")).toBe("It was mine & <mine> alone.");
    expect(world.ledger.view(world.page)?.incidentById.get(id)?.updates).toHaveLength(2);
    const sent = await one.post(at(`/incidents/${id}`), withDeed(refused.fields("tell"), "tell"));
    expect(sent.status).toBe(303);
    expect(world.ledger.view(world.page)?.incidentById.get(id)?.updates[0]?.body).toBe(
      "It was mine & <mine> alone.",
    );
  });

  test("a text that is refused comes back with the form, and the sentences that refuse it", async () => {
    const browser = world.as("responder");
    const form = (await browser.get(at("/incidents/new"))).fields("publish");
    form.set("text", "");
    const refused = await browser.post(at("/incidents/new"), withDeed(form, "publish"));
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("This was not done.");
  });
});

function withDeed(form: URLSearchParams, does: string): URLSearchParams {
  const sent = new URLSearchParams(form);
  sent.set("do", does);
  return sent;
}
