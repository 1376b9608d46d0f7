// What editors and imports may write, and what a page makes of it: nothing escapes its place, and nobody forges the banner's slot.
import { describe, expect, test } from "bun:test";
import { XMLValidator } from "fast-xml-parser";
import type { PageView } from "../../src/model/view.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { component, hourMs, incident, now, page, update, viewFrom } from "./invented.ts";
import { bodyOf, countIn, documentsByPath, isHtml, tagsOf } from "./pages.ts";

const texts: readonly (readonly [what: string, text: string])[] = [
  ["a closing script", `</script><script>alert(1)</script>`],
  ["a closing title and style", `</title></style></svg><img src=x onerror=alert(1)>`],
  ["an open comment", `<!-- <!--> --!> -->`],
  ["quotes", `" ' \` "onmouseover="alert(1)" 'x`],
  ["entities", `&lt;b&gt; &amp;quot; &#34; &`],
  ["the banner's slot", `${slotOpen}${slotClose}`],
  ["half of the banner's slot", `${slotOpen}<p>All is well.</p>`],
  ["an address that runs code", `<a href="javascript:alert(1)">x</a> javascript:alert(1)`],
  [
    "an address that breaks out",
    `https://example.com/"onclick="alert(1) <a href="https://example.com/" onclick="x">y</a>`,
  ],
  ["emoji and flags", "🚒🇩🇪👩‍🚒 e\u0301"],
  ["half a surrogate pair", "a\ud800b\udc00c"],
  ["directions that do not end", "\u202eevil\u202d \u2066isolated"],
  ["control characters", "a\u0000b\u0008c\u000bd\ufffee\u001b[31m"],
  ["line breaks", "one\r\ntwo\n\n\n\nthree\u2028four"],
  ["ten thousand characters", "x".repeat(10_000)],
  ["CDATA", "]]> <![CDATA[ <?xml ?>"],
];

/** `text` in each place that a person can write to. */
function pageOf(text: string): PageView {
  const affected = [{ code: "c", name: text, oldStatus: "operational", newStatus: "major_outage" } as const];
  const window = { from: now + hourMs, until: now + 2 * hourMs };
  const links = [{ name: text, url: "https://example.com/" }];
  const looks = { ...page.looks, headline: text, footerText: text, headerLinks: links, footerLinks: links };
  return viewFrom({
    page: { ...page, name: text, description: text, looks, uptimeBadges: true },
    components: [
      component("g", text, { group: true, status: "major_outage", description: text }),
      component("c", text, { groupId: "g", status: "major_outage", description: text }),
      component("d", text, { description: text }),
    ],
    incidents: [
      incident("i", text, {
        componentIds: ["c"],
        updates: [update("i", now - hourMs, "investigating", text, { affectedComponents: affected })],
      }),
      incident("m", text, {
        window,
        impact: "maintenance",
        updates: [update("m", now - hourMs, "scheduled", text)],
      }),
      incident("r", text, {
        updates: [update("r", now, "resolved", text), update("r", now - hourMs, "investigating", text)],
      }),
    ],
  });
}

const allowedTags = new Set(tagNames(pageOf("plain")));
const allowedAttributes = new Set(attributeNames(pageOf("plain https://example.com/")));

function tagNames(view: PageView): readonly string[] {
  return [...documentsByPath(view).values()]
    .filter(isHtml)
    .flatMap((it) => tagsOf(it.body()).map(({ name }) => name));
}
function attributeNames(view: PageView): readonly string[] {
  return [...documentsByPath(view).values()]
    .filter(isHtml)
    .flatMap((it) => tagsOf(it.body()).flatMap(({ attributes }) => Object.keys(attributes)));
}

describe.each(texts)("%s", (_, text) => {
  const documents = [...documentsByPath(pageOf(text)).values()];
  const pages = documents.filter(isHtml).map((document) => ({ path: document.path, body: document.body() }));

  test("adds no tag and no attribute that a plain text has not", () => {
    for (const { path, body } of pages) {
      // Whatever is not a tag of ours has no `<`: a browser sees the tags that this test sees.
      const rest = body
        .replace(/<style>[^<]*<\/style>/, "")
        .replace(slotOpen, "")
        .replace(slotClose, "")
        .replace("<!doctype html>", "");
      const tags = tagsOf(rest);
      expect({ path, opened: countIn(rest, "<") }).toEqual({
        path,
        opened: tags.length + countIn(rest, "</"),
      });
      for (const { name, attributes } of tags) {
        const known = name === "br" || name === "a" || allowedTags.has(name);
        expect({ path, name, known }).toEqual({ path, name, known: true });
        expect(Object.keys(attributes).filter((key) => !allowedAttributes.has(key))).toEqual([]);
        if (attributes.href !== undefined && name === "a")
          expect(attributes.href).toMatch(/^(\/|https?:\/\/|#[a-z0-9-]+$)/);
      }
    }
  });

  test("each page has one slot, and it is empty", () => {
    for (const { path, body } of pages)
      expect({
        path,
        open: countIn(body, slotOpen),
        close: countIn(body, slotClose),
        empty: countIn(body, slotOpen + slotClose),
      }).toEqual({ path, open: 1, close: 1, empty: 1 });
  });

  test("is well-formed UTF-8 in every document, valid JSON and valid XML", () => {
    for (const document of documents) {
      const body = document.body();
      if (document.contentType.startsWith("application/json")) JSON.parse(body);
      else if (/xml/.test(document.contentType)) {
        expect(body.isWellFormed()).toBe(true);
        expect(XMLValidator.validate(body)).toBe(true);
      }
    }
  });
});

test("JSON says the names as they were written", () => {
  for (const [, text] of texts) {
    const summary = JSON.parse(bodyOf(pageOf(text), "/api/v2/summary.json"));
    expect(summary.page.name).toBe(text);
    expect(summary.incidents[0].incident_updates[0].body).toBe(text);
  }
});

test("a page without components and incidents", () => {
  const front = bodyOf(viewFrom({}), "/");
  expect(front).toContain("All Systems Operational");
  expect(front).toContain("No open incidents");
  expect(front).not.toContain("Components");
  expect(bodyOf(viewFrom({}), "/history")).toContain("Nothing was reported.");
  expect(bodyOf(viewFrom({}), "/history.atom")).not.toContain("<entry>");
});

test("2,000 components are all there", () => {
  const components = Array.from({ length: 2_000 }, (_, at) =>
    component(`c${at}`, `Component ${at}`, { position: at }),
  );
  const front = bodyOf(viewFrom({ components }), "/");
  expect(countIn(front, '<li class="row"')).toBe(2_000);
  expect(front).toContain("2000 components, all operational");
}, 30_000);

test("an incident of 400 updates: its page has all, the front page the latest", () => {
  const updates = Array.from({ length: 400 }, (_, at) =>
    update("i", now - at * 60_000, "monitoring", `Message ${at}.`, { id: `u${at}` }),
  );
  const view = viewFrom({ incidents: [incident("i", "Long", { updates })] });
  const page = bodyOf(view, "/incidents/i");
  for (const at of [0, 1, 398, 399]) expect(page).toContain(`Message ${at}.`);
  expect(countIn(page, `<li id="u-`)).toBe(400);
  expect(bodyOf(view, "/")).toContain("399 earlier updates");
});

test("an incident of 2,000 components: its page, the front page and the component's page name it", () => {
  const components = Array.from({ length: 2_000 }, (_, at) =>
    component(`c${at}`, `Component ${at}`, { position: at, rank: at }),
  );
  const componentIds = components.map(({ id }) => id);
  const affected = components.map(({ id, name }) => ({
    code: id,
    name,
    oldStatus: "operational" as const,
    newStatus: "major_outage" as const,
  }));
  const updates = [update("i", now - hourMs, "investigating", "All.", { affectedComponents: affected })];
  const view = viewFrom({ components, incidents: [incident("i", "Everything", { componentIds, updates })] });
  const bodies = documentsByPath(view);
  for (const path of ["/", "/incidents/i", "/components/c1999", "/history"])
    expect({ path, has: bodies.get(path)?.body().includes("Everything") }).toEqual({ path, has: true });
  expect(bodyOf(view, "/incidents/i")).toContain("Component 1999");
}, 30_000);
