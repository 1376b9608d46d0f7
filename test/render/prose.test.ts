// Markdown in bodies: what is understood, what stays text, and that no body takes long or opens anything.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { blocksOf } from "../../src/render/markdown.ts";
import { isCut, Prose, plainText, proseLine, textOf } from "../../src/render/prose.tsx";

const html = (body: string, chars?: number): string =>
  textOf(Prose({ told: { body }, ...(chars === undefined ? {} : { chars }) }));
const link = (href: string, label: string): string =>
  `<a href="${href}" rel="nofollow noopener">${label}</a>`;

test.each([
  ["a sentence", "We look.", `<p dir="auto">We look.</p>`],
  ["a line break", "one\ntwo", `<p dir="auto">one<br/>two</p>`],
  ["paragraphs", "one\r\n\r\n\r\ntwo", `<p dir="auto">one</p><p dir="auto">two</p>`],
  [
    "imported breaks",
    "one<br />two<br /><br />three",
    `<p dir="auto">one<br/>two</p><p dir="auto">three</p>`,
  ],
  [
    "an imported link",
    `See <a class="x" href="https://a.example/?b=1&amp;c=2">here</a>.`,
    `<p dir="auto">See ${link("https://a.example/?b=1&amp;c=2", "here")}.</p>`,
  ],
  [
    "a bare address ends with its sentence",
    "See https://a.example/b_c_d(e), or not.",
    `<p dir="auto">See ${link("https://a.example/b_c_d(e", "https://a.example/b_c_d(e")}), or not.</p>`,
  ],
  [
    "a bare address in bold",
    "**https://a.example**",
    `<p dir="auto"><strong>${link("https://a.example", "https://a.example")}</strong></p>`,
  ],
  [
    "a link",
    "[our *page*](https://a.example)",
    `<p dir="auto">${link("https://a.example", "our <em>page</em>")}</p>`,
  ],
  [
    "a link whose words are an address",
    "[https://b.example](https://a.example)",
    `<p dir="auto">${link("https://a.example", "https://b.example")}</p>`,
  ],
  [
    "mail",
    "<mailto:a@b.example> [m](mailto:c@b.example)",
    `<p dir="auto">${link("mailto:a@b.example", "mailto:a@b.example")} ${link("mailto:c@b.example", "m")}</p>`,
  ],
  [
    "a picture is a link",
    "![Graph](https://a.example/g.png)",
    `<p dir="auto">${link("https://a.example/g.png", "Graph")}</p>`,
  ],
  [
    "emphasis",
    "**b** _i_ ~~d~~ `<c>` snake_case_word 2 * 3 * 4",
    `<p dir="auto"><strong>b</strong> <em>i</em> <del>d</del> <code>&lt;c&gt;</code> snake_case_word 2 * 3 * 4</p>`,
  ],
  [
    "headings stand below the page's",
    "# A\n## B\n#### C",
    `<h4 dir="auto">A</h4><h5 dir="auto">B</h5><h6 dir="auto">C</h6>`,
  ],
  [
    "lists",
    "- a\n- b\n\n3. c\n4. d",
    `<ul class="md" dir="auto"><li>a</li><li>b</li></ul><ol class="md" dir="auto" start="3"><li>c</li><li>d</li></ol>`,
  ],
  ["code", "```js\n<b>\n```", `<pre class="md" dir="ltr"><code>&lt;b&gt;</code></pre>`],
  ["a quote", "> said", `<blockquote class="md" dir="auto"><p dir="auto">said</p></blockquote>`],
  ["an indent is no code", "    four spaces", `<p dir="auto">four spaces</p>`],
  [
    "dashes below a line are a rule",
    "text\n---\nmore",
    `<p dir="auto">text</p><hr class="md"/><p dir="auto">more</p>`,
  ],
  [
    "a reference stays to be seen",
    "[a]: https://a.example",
    `<p dir="auto">[a]: ${link("https://a.example", "https://a.example")}</p>`,
  ],
])("%s", (_, body, wanted) => {
  expect(html(body)).toBe(wanted);
});

test.each([
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html,<script>)",
  "[x](vbscript:a)",
  "[x](//a.example)",
  "[x](/relative)",
  "[x](&#106;avascript:a)",
  "<javascript:alert(1)>",
  "![x](file:///etc/passwd)",
  `<a href="javascript:a">x</a>`,
  `<img src="//a.example/x.png" onerror="a">`,
  "ftp://a.example/x www.a.example a.example",
])("%s is text", (body) => {
  expect(html(body)).not.toMatch(/<(?!\/?p\b)/);
});

test("a title breaks out of nothing", () => {
  const said = html(`[x](https://a.example/"onclick="b "t") https://a.example/"onclick="b`);
  expect(said.match(/<a [^>]*>/g)).toEqual([
    `<a href="https://a.example/%22onclick=%22b" rel="nofollow noopener">`,
    `<a href="https://a.example/" rel="nofollow noopener">`,
  ]);
});

describe("what is long", () => {
  test("is cut at a space, at an item, and never within an address", () => {
    expect(html("one two three four", 9)).toBe(`<p dir="auto">one two…</p>`);
    expect(html("# Title\n\nText", 1_000)).toBe(
      `<p dir="auto"><strong>Title</strong></p><p dir="auto">Text</p>`,
    );
    expect(html("- aaaa\n- bbbb", 20)).toBe(`<ul class="md" dir="auto"><li>aaaa</li></ul>`);
    expect(html("see https://a.example/0123456789", 12)).toBe(`<p dir="auto">see </p>`);
    expect([isCut({ body: "one two" }, 7), isCut({ body: "one two" }, 6)]).toEqual([false, true]);
  });

  const full = (text: string): string => text.repeat(Math.ceil(limits.proseCharsMax / text.length));
  const bombs: readonly string[] = [
    "[",
    "![",
    "[a](",
    "*a_ ",
    "_a",
    "*_",
    "> ",
    ">a\n",
    "- ",
    "+ ",
    "1. ",
    "`",
    "``a",
    "<",
    "<a href=",
    `<a href="http://a">`,
    "<br>",
    "\\",
    "http://",
    "http://a ",
    "https://a.b/?",
    "https://a.b/?)",
    "mailto:a@",
    "&amp;",
    "~~a~~",
    "# a\n",
    "```\n",
    "\n",
    "**a ",
    "[a](http://b ",
    "<http://a",
    ":",
    "a\n=\n",
    "|a",
    "&#x",
    "(",
    "!",
    "a*b**c***",
  ];
  test.each(bombs)("a body full of %j is shown, bounded", (piece) => {
    const body = full(piece);
    for (const text of [body, body.slice(0, limits.proseMarksMax)]) {
      const said = html(text);
      expect(said.length).toBeLessThan(12 * text.length + 100);
      proseLine({ body: text });
    }
  });

  test("nesting beyond what is read is plain, and nothing of it is lost", () => {
    const deep = `${"> ".repeat(40)}bottom`;
    expect(html(deep)).toContain("bottom");
    const list = Array.from({ length: 60 }, (_, at) => `${"  ".repeat(at)}- item ${at}`).join("\n");
    for (const at of [0, 30, 59]) expect(html(list)).toContain(`item ${at}`);
    expect(html(`${"*_".repeat(900)}bottom${"_*".repeat(900)}`)).toContain("bottom");
  });

  test("too many marks, and too many pieces, are plain paragraphs", () => {
    const dense = "[ ".repeat(limits.proseMarksMax);
    expect(blocksOf(`${dense}\n\n**b**`).map(({ kind }) => kind)).toEqual(["paragraph", "paragraph"]);
    expect(html(`${dense}**b**`)).not.toContain("<strong>");
    expect(html("# a\n".repeat(limits.proseTokensMax))).not.toContain("<h4");
  });
});

test("feeds get one line without emphasis, search engines words alone", () => {
  const body = "**Bold** and [a link](https://a.example)\n\n- one\n- two";
  expect(proseLine({ body })).toBe(
    `Bold and ${link("https://a.example", "a link")}<br/><br/>• one<br/>• two`,
  );
  expect(plainText(body)).toBe("Bold and a link • one • two");
});
