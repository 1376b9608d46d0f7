// What subscribers are sent: a message's parts, and mail made of them, in each language; and what people wrote stays text in it.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { LanguageCode } from "../../src/model/language.ts";
import { languageCodes } from "../../src/model/language.ts";
import type { Incident, PageView } from "../../src/model/view.ts";
import { filled, messageOf, ownMessageOf } from "../../src/render/message.ts";
import { attributeValue, mailOf, ownMailOf } from "../../src/render/message-mail.tsx";
import { proseText } from "../../src/render/prose-plain.ts";
import { count, testSeed } from "../support/seed.ts";
import { component, hourMs, incident, now, page, update, viewFrom } from "./invented.ts";
import { tagsOf } from "./pages.ts";

const links = {
  confirm: "https://status.northwind.example/subscribe/confirm?t=c0&x=1",
  manage: "https://status.northwind.example/subscribe/manage?t=m0&x=1",
  unsubscribe: "https://status.northwind.example/unsubscribe?t=u0&x=1",
};

const told = update(
  "inc1",
  now - hourMs,
  "investigating",
  "Some requests **fail**.\n\n- API\n- [Web](https://a.example/?b=1&c=2)",
  {
    affectedComponents: [
      { code: "c1", name: "API", oldStatus: "operational", newStatus: "major_outage" },
      { code: "c2", name: "Web", oldStatus: "operational", newStatus: "degraded_performance" },
    ],
  },
);

function viewOf(fields: Partial<Incident> = {}): PageView {
  return viewFrom({
    page: { ...page, languages: ["en", "de", "ar"] },
    components: [component("c1", "API"), component("c2", "Web")],
    incidents: [incident("inc1", "Slow answers", { updates: [told], componentIds: ["c1", "c2"], ...fields })],
  });
}

function mailIn(view: PageView, language: LanguageCode = "en", kind: "update" | "postmortem" = "update") {
  const at = { page: page.id, incident: "inc1" };
  const message = messageOf(
    kind === "update" ? { kind, ...at, update: told.id } : { kind, ...at },
    view,
    language,
  );
  if (message === null) throw new Error("There is nothing to tell.");
  const mail = mailOf(message);
  return {
    subject: mail.subject,
    text: filled(mail.text, links),
    html: filled(mail.html, links, attributeValue),
  };
}

test("render/an update as mail: what is told, of what, when, where, and how not to be told", () => {
  const { subject, text, html } = mailIn(viewOf());
  expect(subject).toBe("[Northwind Cloud] Investigating: Slow answers");
  expect(text).toBe(`Northwind Cloud
Investigating: Slow answers
21 Nov 2026, 13:03 UTC

Some requests fail.

- API
- Web (https://a.example/?b=1&c=2)

Affected components:
- API: Major outage
- Web: Degraded performance

Details on the status page:
https://status.northwind.example/incidents/inc1

-- 
You get this because this address is subscribed to Northwind Cloud.
Choose what you get:
${links.manage}
Unsubscribe:
${links.unsubscribe}
`);
  const hrefs = tagsOf(html).flatMap(({ name, attributes }) => (name === "a" ? [attributes.href ?? ""] : []));
  expect(hrefs.map((href) => href.replaceAll("&amp;", "&"))).toEqual([
    "https://status.northwind.example/",
    "https://a.example/?b=1&c=2",
    "https://status.northwind.example/incidents/inc1",
    links.manage,
    links.unsubscribe,
  ]);
  expect(html).toContain("<strong>fail</strong>");
  expect(html.length).toBeLessThan(9_000);
});

test("render/mail loads nothing, runs nothing and measures nobody", () => {
  const { html } = mailIn(viewOf());
  const names = new Set(tagsOf(html).map(({ name }) => name));
  for (const name of ["img", "script", "link", "iframe", "form", "svg", "object", "base"])
    expect(names.has(name)).toBe(false);
  expect(html).not.toMatch(/url\(|@import|@font-face|\son[a-z]+=/i);
});

test.each([
  [
    "en",
    "[Northwind Cloud] Investigating: Slow answers",
    "ltr",
    "https://status.northwind.example/incidents/inc1",
  ],
  [
    "de",
    "[Northwind Cloud] Wird untersucht: Slow answers",
    "ltr",
    "https://status.northwind.example/de/incidents/inc1",
  ],
  [
    "ar",
    "[Northwind Cloud] قيد التحقيق: Slow answers",
    "rtl",
    "https://status.northwind.example/ar/incidents/inc1",
  ],
] as const)("render/mail in %s", (language, subject, dir, address) => {
  const mail = mailIn(viewOf(), language);
  expect(mail.subject).toBe(subject);
  expect(mail.text).toContain(`\n${address}\n`);
  const [html, ...rest] = tagsOf(mail.html);
  expect(html?.attributes).toMatchObject({ lang: language, dir });
  // Readers of mail drop html and body: what is inside of them says it again.
  expect(rest.filter(({ attributes }) => attributes.lang === language && attributes.dir === dir).length).toBe(
    1,
  );
});

describe("render/what is not there any more is not told", () => {
  const at = { page: page.id, incident: "inc1" } as const;
  test.each([
    [{ kind: "update", ...at, update: "gone" }],
    [{ kind: "update", page: page.id, incident: "gone", update: told.id }],
    [{ kind: "postmortem", ...at }],
    [{ kind: "reminder", ...at, from: now }],
  ] as const)("%j", (occasion) => {
    expect(messageOf(occasion, viewOf(), "en")).toBe(null);
  });
});

test("render/a reminder says the window, a post-mortem its text, an end that it is over", () => {
  const window = { from: now + hourMs, until: now + 3 * hourMs };
  const planned = update("inc1", now - hourMs, "scheduled", "We move a database.");
  const maintenance = viewFrom({ incidents: [incident("inc1", "Move", { window, updates: [planned] })] });
  const occasion = { kind: "reminder", page: page.id, incident: "inc1", from: window.from } as const;
  const reminder = messageOf(occasion, maintenance, "en");
  expect(reminder).toMatchObject({
    state: "Starts soon",
    mark: "mnt",
    window: "Sat 21 Nov 2026, 15:03 – 17:03 UTC",
  });
  expect(mailOf(reminder ?? never()).text.join("")).toContain("We move a database.");
  expect(messageOf({ ...occasion, from: now }, maintenance, "en")).toBe(null);
  const postmortem = { body: "It was *the cable*.", updatedAt: now, publishedAt: now };
  expect(mailIn(viewOf({ postmortem }), "en", "postmortem").text).toContain(
    "Post-mortem: Slow answers\n21 Nov 2026, 14:03 UTC\n\nIt was the cable.",
  );
  const over = update("inc1", now - hourMs, "resolved", "All well.", { id: told.id });
  const message = messageOf(
    { kind: "update", page: page.id, incident: "inc1", update: told.id },
    viewOf({ updates: [over], impact: "critical", componentIds: ["c2"] }),
    "en",
  );
  expect(message).toMatchObject({ mark: "ok", state: "Resolved", parts: [{ name: "Web", status: null }] });
});

test.each(languageCodes)("render/what is said of a subscription itself, in %s", (language) => {
  const view = viewOf();
  const again = "https://status.northwind.example/subscribe";
  const own = (kind: "confirm" | "changed" | "unsubscribed", chosen = {}) => {
    const message = ownMessageOf(kind, view, language, { components: null, incident: null, ...chosen });
    const mail = ownMailOf(message, again);
    return {
      text: filled(mail.text, links),
      html: filled(mail.html, links, attributeValue),
      subject: mail.subject,
    };
  };
  const hrefsIn = (html: string): readonly string[] =>
    tagsOf(html).flatMap(({ name, attributes }) =>
      name === "a" ? [(attributes.href ?? "").replaceAll("&amp;", "&")] : [],
    );
  const home = `https://status.northwind.example/${language === "en" ? "" : language}`;
  const confirm = own("confirm");
  expect(hrefsIn(confirm.html)).toEqual([home, links.confirm]);
  expect(confirm.text).toContain(`:\n${links.confirm}\n`);
  expect(hrefsIn(own("unsubscribed").html)).toEqual([home, again]);
  expect(hrefsIn(own("changed").html)).toEqual([home, links.manage, links.manage, links.unsubscribe]);
  expect(own("changed", { components: ["c2", "gone"] }).text).toContain(":\n- Web\n\n");
  expect(own("changed", { incident: "inc1" }).text).toContain(":\n- Slow answers\n\n");
  expect(new Set([confirm.subject, own("changed").subject, own("unsubscribed").subject]).size).toBe(3);
});

test("render/a text keeps its shape as lines", () => {
  const text = (body: string): string => proseText({ body });
  expect(text("# Head\n\n> said\n> twice\n\n1. one\n2. two\n\n   more\n\n```\ncode\n```\n\n---\n\nEnd")).toBe(
    "Head\n\n> said\n> twice\n\n1. one\n2. two\n\n   more\n\n    code\n\n* * *\n\nEnd",
  );
  expect(text("<https://a.example/>")).toBe("https://a.example/");
  expect(text("[mail](mailto:a@b.example)")).toBe("mail (a@b.example)");
  expect(text("a\u0007b\u0000c")).not.toMatch(/[^\P{Cc}\n]/u);
});

test("render/nothing that people write becomes a tag, a link of its own, a line of the subject, or one of the reader's links", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.constantFrom(
      '"><a href="https://evil.example/">',
      "\r\nBcc: all@evil.example",
      '{"place":"unsubscribe"}',
      "[object Object]",
      "{{unsubscribe}} {links.manage} %unsubscribe% \uFDD0unsubscribe\uFDD1",
      "[x](javascript:alert(1))",
      '[x]( https://evil.example/" onclick=alert(1) )',
      "</title><script>alert(1)</script>",
      "&#xFDD0;unsubscribe&#xFDD1;",
    ),
  );
  const shape = (html: string): string =>
    tagsOf(html)
      .filter(({ name }) => !/^(p|br|em|strong|del|s|code|ul|ol|li|blockquote|pre|hr|h[1-6]|bdi)$/.test(name))
      .map(({ name, attributes }) => `${name}[${Object.keys(attributes).sort().join()}]`)
      .filter((tag) => tag !== "a[href,rel]")
      .join(" ");
  const usual = shape(mailIn(viewOf()).html);
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, body, part) => {
      const told0 = {
        ...told,
        body,
        affectedComponents: told.affectedComponents?.map((it) => ({ ...it, name: part })) ?? null,
      };
      const view = viewOf({ name, updates: [told0] });
      const mail = mailIn({ ...view, page: { ...view.page, name: part } });
      expect(mail.subject).not.toMatch(/\p{Cc}/u);
      expect(shape(mail.html)).toBe(usual);
      const hrefs = tagsOf(mail.html).flatMap(({ attributes }) => attributes.href ?? []);
      const own = hrefs.filter((href) => href.includes("northwind"));
      expect(own.map((href) => href.replaceAll("&amp;", "&"))).toEqual([
        "https://status.northwind.example/",
        "https://status.northwind.example/incidents/inc1",
        links.manage,
        links.unsubscribe,
      ]);
      for (const href of hrefs) expect(href).toMatch(/^(https?:|mailto:)/i);
      expect(mail.text.endsWith(`\n${links.manage}\nUnsubscribe:\n${links.unsubscribe}\n`)).toBe(true);
    }),
    { seed: testSeed, numRuns: count(60, 5_000) },
  );
});

function never(): never {
  throw new Error("There is no message.");
}
