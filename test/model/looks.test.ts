// How a page looks, by setting: what is taken, and the sentence that says why a value is not.
import { describe, expect, test } from "bun:test";
import { brandColours, brandGrounds, readable } from "../../src/model/brand.ts";
import { colourOf, contrast, contrastOn, mixed, nearestReadable, oklchOf } from "../../src/model/colour.ts";
import type { PageFields } from "../../src/model/command.ts";
import { type Emblem, emblemOf, sizeOfEmblem } from "../../src/model/emblem.ts";
import { plainLooks } from "../../src/model/looks.ts";
import { dark, light, sea } from "../../src/render/palette.ts";
import { emptyWorld, type World } from "./world.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const svg = (text: string): Emblem => ({ type: "image/svg+xml", base64: btoa(text) });
const logo = `<?xml version="1.0"?><!-- by hand --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><style>.a{fill:url(#g)}</style><path class="a" d="M0 0h9"/></svg>`;
/** One pixel. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

function dressed(fields: PageFields = {}): World {
  const world = emptyWorld();
  world.run({ kind: "page.create", id: "page", fields: { name: "A", url: "https://a.example", ...fields } });
  return world;
}

const sentencesOf = (fields: PageFields): readonly string[] => {
  const decision = dressed().decide({ kind: "page.update", fields });
  return decision.ok ? [] : decision.refusal.sentences;
};

test("a page that nobody dressed is plain; what is set stays, and can be taken away", () => {
  const world = dressed();
  expect(world.view().page.looks).toEqual(plainLooks);
  const emblem = emblemOf(bytes(logo));
  const links = [{ name: "Home", url: "https://a.example/" }];
  const set = {
    brand: "#05C",
    logo: emblem,
    headerLinks: links,
    footerText: "By us",
    supportUrl: "mailto:a@b.example",
  };
  world.run({ kind: "page.update", fields: set });
  expect(world.view().page.looks).toEqual({ ...plainLooks, ...set, brand: "#0055cc" });
  expect(world.run({ kind: "page.update", fields: set }).ops).toEqual([]);
  // What is made of a picture is made once: another change of the page leaves its object.
  const before = world.view().page.looks.logo;
  world.run({ kind: "page.update", fields: { name: "B" } });
  expect(world.view().page.looks.logo).toBe(before as Emblem);
  world.run({
    kind: "page.update",
    fields: { brand: null, logo: null, headerLinks: [], footerText: null, supportUrl: null },
  });
  expect(world.view().page.looks).toEqual(plainLooks);
});

describe("brand", () => {
  test("a colour that cannot be read is refused with the nearest that can", () => {
    expect(sentencesOf({ brand: "#ffcc00" })).toEqual([
      expect.stringMatching(
        /^The brand colour #ffcc00 has a contrast of 1\.\d\d with the page behind it; text needs 4\.5 \(WCAG 2\.2 AA\)\. The nearest that passes is #[0-9a-f]{6}\.$/,
      ),
    ]);
    expect(sentencesOf({ brand: "blue" })).toEqual([
      `The brand colour "blue" is not written #rrggbb, such as #0b5cad.`,
    ]);
  });

  // Every hue, at three strengths and all lightnesses: 24 x 3 x 11.
  const colours = Array.from({ length: 24 }, (_, hue) => hue * 15).flatMap((h) =>
    [0, 0.1, 0.3].flatMap((c) => Array.from({ length: 11 }, (_, l) => colourOf({ l: l / 10, c, h }))),
  );

  test("the nearest passes, is itself taken, keeps its hue, and is no further than it must be", () => {
    for (const colour of colours) {
      const nearest = nearestReadable(colour, brandGrounds.light, readable);
      if (nearest === null) throw new Error(`${colour} has none.`);
      expect(contrastOn(nearest, brandGrounds.light)).toBeGreaterThanOrEqual(readable);
      expect(sentencesOf({ brand: nearest })).toEqual([]);
      if (nearest === colour) continue;
      expect(contrastOn(nearest, brandGrounds.light)).toBeLessThan(readable + 0.15);
      const [a, b] = [oklchOf(colour), oklchOf(nearest)];
      if (b.c > 0.03) expect(Math.abs(((a.h - b.h + 540) % 360) - 180)).toBeLessThan(4);
    }
  });

  test("whatever the brand: links are read in both schemes, and words and lamps on its sea", () => {
    for (const colour of colours) {
      const made = brandColours(nearestReadable(colour, brandGrounds.light, readable) ?? "");
      expect(contrastOn(made.light, brandGrounds.light)).toBeGreaterThanOrEqual(readable);
      expect(contrastOn(made.dark, brandGrounds.dark)).toBeGreaterThanOrEqual(readable);
      for (const lamp of ["ok", "deg", "par", "maj", "mnt", "inf"] as const) {
        const lit = mixed(sea[lamp], made.sea, 0.2);
        for (const name of ["tx", "mu", "lk", lamp] as const)
          expect([colour, name, contrastOn(sea[name], [made.sea, lit]) >= readable]).toEqual([
            colour,
            name,
            true,
          ]);
      }
    }
  });

  test("its grounds are those of the palette", () => {
    expect<object>(brandGrounds).toEqual({
      light: [light.bg, light.sf],
      dark: [dark.bg, dark.sf],
      sea: sea.bg,
    });
  });

  test("OKLCH is that of CSS Color 4, and there and back is the same colour", () => {
    const blue = oklchOf("#0000ff");
    expect([blue.l, blue.c, blue.h].map((it) => Number(it.toFixed(3)))).toEqual([0.452, 0.313, 264.052]);
    for (const colour of colours) expect(colourOf(oklchOf(colour))).toBe(colour);
    expect(contrast("#000000", "#ffffff")).toBe(21);
  });
});

describe("pictures", () => {
  test("an SVG that draws and a PNG are taken, with their size", () => {
    for (const [made, size] of [
      [svg(logo), { width: 40, height: 10 }],
      [{ type: "image/png", base64: png } as const, { width: 1, height: 1 }],
    ] as const) {
      expect(sentencesOf({ logo: made, favicon: made })).toEqual([]);
      expect(sizeOfEmblem(made)).toEqual(size);
    }
    expect(emblemOf(bytes(logo))?.type).toBe("image/svg+xml");
    expect(emblemOf(bytes("GIF89a"))).toBeNull();
  });

  test.each([
    ["a script", `<svg><script>alert(1)</script></svg>`, "<script>"],
    ["a handler", `<svg onload="alert(1)"></svg>`, "the attribute onload of <svg>"],
    ["a handler in capitals", `<svg><g ONCLICK='x'/></svg>`, "the attribute ONCLICK of <g>"],
    ["foreign content", `<svg><foreignObject/></svg>`, "<foreignObject>"],
    ["a link", `<svg><a href="https://x.example"/></svg>`, "<a>"],
    ["a picture from elsewhere", `<svg><image href="https://x.example/a.png"/></svg>`, "<image>"],
    [
      "a shape from elsewhere",
      `<svg><use href="https://x.example/a.svg#a"/></svg>`,
      "the attribute href of <use>",
    ],
    ["a shape by another name", `<svg><use xlink:href="data:x"/></svg>`, "the attribute xlink:href of <use>"],
    ["an animation that writes", `<svg><set attributeName="href" to="javascript:x"/></svg>`, "<set>"],
    [
      "a style that fetches",
      `<svg><style>@import "https://x.example";</style></svg>`,
      "a style that fetches something",
    ],
    ["a fill that fetches", `<svg><g fill="url(https://x.example)"/></svg>`, "the attribute fill of <g>"],
    ["a fill in disguise", `<svg><g style="fill:u\\72l(//x)"/></svg>`, "the attribute style of <g>"],
    ["an entity", `<svg><text>&#106;</text></svg>`, "an entity"],
    ["a doctype within", `<svg><!DOCTYPE svg></svg>`, `"<!DOCTYPE svg></svg>"`],
    ["CDATA", `<svg><style><![CDATA[x]]></style></svg>`, `"<![CDATA[x]]></style"`],
    [
      "a script behind a comment that is none",
      `<svg><g a="<!--"/><script>1</script><g b="-->"/></svg>`,
      `"<g a="<!--"/><script"`,
    ],
    ["an instruction", `<svg><?xml-stylesheet href="x"?></svg>`, `"<?xml-stylesheet hre"`],
  ])("an SVG with %s is refused", (_, text, named) => {
    expect(sentencesOf({ logo: svg(text) })).toEqual([
      `The logo holds ${named}, which a picture of a page may not; save it as plain SVG, or as PNG.`,
    ]);
  });

  test.each([
    [
      "too long",
      svg(`<svg>${" ".repeat(70_000)}</svg>`),
      /^The favicon has 70011 bytes; 65536 are allowed\.$/,
    ],
    ["no base64", { type: "image/png", base64: "%" } as const, /^The favicon is not written in base64\.$/],
    ["cut short", { type: "image/png", base64: png.slice(0, 60) } as const, /cut short/],
    [
      "followed by something",
      { type: "image/png", base64: btoa(`${atob(png)}<script>`) } as const,
      /something follows/,
    ],
    ["no SVG", svg("<!doctype html><p>"), /does not begin with <svg>/],
  ])("one that is %s is refused", (_, favicon, sentence) => {
    expect(sentencesOf({ favicon })).toEqual([expect.stringMatching(sentence)]);
  });
});

test.each([
  [
    { supportUrl: "javascript:alert(1)" },
    `The support address "javascript:alert(1)" is no http, https or mailto address.`,
  ],
  [
    { headerLinks: [{ name: " ", url: "https://a.example" }] },
    `A header link's name has 1 to 60 characters; " " has not.`,
  ],
  [
    { footerLinks: [{ name: "Terms", url: "//a.example" }] },
    `The footer link "Terms" leads to "//a.example", which is no http, https or mailto address.`,
  ],
  [
    { headerLinks: Array.from({ length: 9 }, () => ({ name: "a", url: "https://a.example" })) },
    "The header has 9 links; 8 are allowed.",
  ],
  [{ footerText: "x".repeat(501) }, "The footer text has 501 characters; 500 are allowed."],
] as const)("a wrong value is refused: %j", (fields, sentence) => {
  expect(sentencesOf(fields)).toEqual([sentence]);
});
