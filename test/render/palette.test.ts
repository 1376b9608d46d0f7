// The palette against WCAG 2.2: text 4.5:1 (1.4.3), marks and quiet days 3:1 (1.4.11), on every ground on which they stand.
import { describe, expect, test } from "bun:test";
import { contrast, mixed } from "../../src/model/colour.ts";
import { dark, light, sea } from "../../src/render/palette.ts";
import { pieces } from "../../src/render/style-text.ts";

const words = ["tx", "mu", "lk", "ok", "deg", "par", "maj", "mnt", "inf"] as const;
const marks = ["ok", "deg", "par", "maj", "mnt", "inf"] as const;

/** Those of some pairs whose contrast is below `least`, each with what it is. */
function tooFaint(least: number, pairs: readonly (readonly [what: string, on: string, under: string])[]) {
  return pairs.flatMap(([what, on, under]) => {
    const found = contrast(on, under);
    return found >= least ? [] : [`${what}: ${found.toFixed(2)}`];
  });
}

describe.each([
  ["light", light],
  ["dark", dark],
] as const)("%s", (_, scheme) => {
  test("every text on the page, and on what stands out from it", () => {
    const pairs = words.flatMap((name) =>
      (["bg", "sf"] as const).map(
        (ground) => [`${name} on ${ground}`, scheme[name], scheme[ground]] as const,
      ),
    );
    expect(tooFaint(4.5, pairs)).toEqual([]);
  });

  test("text on a card's head, which is tinted with its mark", () => {
    const pairs = marks.flatMap((mark) =>
      (["tx", "mu", mark] as const).map(
        (name) => [`${name} on ${mark}`, scheme[name], mixed(scheme[mark], scheme.bg, 0.08)] as const,
      ),
    );
    expect(tooFaint(4.5, pairs)).toEqual([]);
  });

  test("a button's word; bad days beside quiet ones differ in height, so quiet ones may be faint", () => {
    expect(tooFaint(4.5, [["button", scheme.bg, scheme.lk]])).toEqual([]);
    expect(tooFaint(1.9, [["quiet", scheme.q, scheme.bg]])).toEqual([]);
  });
});

test("every text and mark on the night sea, also where the light of its state falls on it", () => {
  const pairs = marks.flatMap((lamp) => [
    [`${lamp} on sea`, sea[lamp], sea.bg] as const,
    ...(["tx", "mu", "lk", lamp] as const).map(
      (name) => [`${name} in the light of ${lamp}`, sea[name], mixed(sea[lamp], sea.bg, 0.2)] as const,
    ),
  ]);
  expect(tooFaint(4.5, pairs)).toEqual([]);
});

test("the banners of a POP", () => {
  expect(pieces.base).toContain("body>.lost{padding:.7rem 1.25rem;background:#ffe08a;color:#3a2a00");
  expect(pieces.base).toContain(".emergency{background:#b3131f;color:#fff}");
  const pairs = [
    ["stale", "#3a2a00", "#ffe08a"],
    ["emergency", "#ffffff", "#b3131f"],
  ] as const;
  expect(tooFaint(4.5, pairs)).toEqual([]);
});

test("the shares that are mixed here are those of the stylesheet", () => {
  expect(pieces.card).toContain("color-mix(in srgb,currentColor 8%,var(--bg))");
  expect(pieces.base).toContain("opacity:.2}");
});

test("no property that knows left from right", () => {
  for (const css of Object.values(pieces))
    expect(css.match(/(?:^|[;{\s-])(?:left|right)\s*[:;}-]|-(?:left|right)\b/g)).toBeNull();
});

test("contrast and mixing are those of the standards", () => {
  expect(contrast("#000000", "#ffffff")).toBe(21);
  // The pair that WCAG names as the lightest grey that passes on white.
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  expect(mixed("#ffffff", "#000000", 0.2)).toBe("#333333");
});
