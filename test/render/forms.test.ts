// Forms of a page that takes what visitors say, and the pages behind them: where they lead, what a POP's inbox names, and that a page without an offer has none.
import { expect, test } from "bun:test";
import { inboxOf } from "../../src/edge/inbox.ts";
import { subscriberKinds } from "../../src/model/subscriber.ts";
import { documentsOf, documentsSince } from "../../src/render/documents.ts";
import type { Document, Offer } from "../../src/render/types.ts";
import { publicKeyFrom } from "../../src/snapshot/keys.ts";
import { inventedParts, now, page, viewFrom } from "./invented.ts";
import { countIn, tagsOf } from "./pages.ts";

const offer: Offer = { inboxKey: publicKeyFrom(new Uint8Array(32).fill(7)), channels: subscriberKinds };
const parts = inventedParts();
const view = viewFrom({ ...parts, page: { ...(parts.page ?? page), languages: ["en", "de", "ar"] } });

function pagesWith(given: Offer | null): ReadonlyMap<string, Document> {
  return new Map([...documentsOf(view, now, new Map(), given)].map((one) => [one.path, one] as const));
}
const documents = pagesWith(offer);
const bodyAt = (path: string): string => documents.get(path)?.body() ?? "";
const inbox = inboxOf(new TextEncoder().encode(bodyAt("/_inbox")));

test("forms/every path that the inbox takes is a page in its language, and leads to one; those for programs are none", () => {
  expect(inbox?.key.length).toBe(32);
  const spoken = [...(inbox?.paths ?? [])].filter(([, { language }]) => language !== null);
  expect(spoken.length).toBe(3 * 4);
  for (const [path, { language, answer }] of spoken) {
    const lang = (to: string): unknown =>
      tagsOf(bodyAt(to)).find(({ name }) => name === "html")?.attributes.lang;
    expect([path, lang(path)]).toEqual([path, language ?? ""]);
    expect("see" in answer ? lang(answer.see) : null).toBe(language);
  }
  const programs = [...(inbox?.paths ?? [])].filter(([, { language }]) => language === null);
  expect(programs.map(([path]) => path)).toEqual(["/api/v2/subscribers.json", "/unsubscribe/one-click"]);
});

test("forms/each posts to a path of the inbox: its own address, so that the query stays, or the page's in its language", () => {
  let forms = 0;
  for (const [path, document] of documents) {
    if (!document.contentType.startsWith("text/html") || document.slot === false) continue;
    for (const { name, attributes } of tagsOf(document.body())) {
      if (name !== "form" || attributes.method !== "post") continue;
      forms++;
      expect([path, inbox?.paths.has(attributes.action ?? path)]).toEqual([path, true]);
    }
  }
  expect(forms).toBeGreaterThan(3 * (6 + 3));
});

test("forms/mail comes first, each way with its choice of components; the open incident can be followed, a closed one cannot", () => {
  const body = bodyAt("/subscribe");
  const kinds = tagsOf(body).flatMap(({ attributes }) =>
    attributes.name === "kind" ? [attributes.value] : [],
  );
  expect(kinds).toEqual(["email", "sms", "webhook", "slack", "teams", "discord"]);
  const components = view.components.filter(({ group }) => !group).length;
  expect(countIn(body, 'name="component_ids"')).toBe(kinds.length * components);
  expect(countIn(body, 'name="scope" value="components"')).toBe(kinds.length);
  const followed = [...documents].filter(
    ([, one]) => one.path.startsWith("/incidents/") && one.body().includes('name="incident"'),
  );
  expect(followed.length).toBeGreaterThan(0);
  expect(followed.length).toBeLessThan(
    [...documents.keys()].filter((path) => path.startsWith("/incidents/")).length,
  );
});

test("forms/a page without an offer has no form, no step and no inbox, and the front page is the same with one", () => {
  const without = pagesWith(null);
  for (const path of ["/_inbox", "/subscribe/asked", "/unsubscribe"]) expect(without.has(path)).toBe(false);
  expect(without.get("/subscribe")?.body()).not.toContain("<form");
  expect(without.get("/")?.key).toBe(documents.get("/")?.key ?? "");
});

test("forms/another offer has everything looked at again, the same one does not", () => {
  const { shown } = documentsSince(null, view, now, new Map(), offer);
  expect(documentsSince(shown, view, now + 1, new Map(), { ...offer }).whole).toBe(false);
  const mailOnly: Offer = { ...offer, channels: ["email"] };
  expect(documentsSince(shown, view, now + 1, new Map(), mailOnly).whole).toBe(true);
  const mail = new Map([...documentsOf(view, now, new Map(), mailOnly)].map((one) => [one.path, one]));
  expect(countIn(mail.get("/subscribe")?.body() ?? "", "<form")).toBe(1);
});

test("forms/where one chooses again, a script marks what the link says was chosen; no other step has one", () => {
  const scripts = [...documents].filter(([path]) => path.startsWith("/_choice."));
  expect(scripts).toHaveLength(1);
  const [[path, script] = ["", null]] = scripts;
  expect(script).toMatchObject({ cache: "immutable", slot: false });
  for (const step of ["/subscribe/manage", "/de/subscribe/manage", "/ar/subscribe/manage"]) {
    const tags = tagsOf(bodyAt(step));
    expect(tags.flatMap(({ name, attributes }) => (name === "script" ? [attributes.src] : []))).toEqual([
      path,
    ]);
    expect(tags.find(({ attributes }) => attributes.id === "chosen")?.attributes["data-then"]).not.toBe("");
  }
  expect(bodyAt("/subscribe/confirm")).not.toContain("<script");
  expect(pagesWith(null).has(path)).toBe(false);
});
