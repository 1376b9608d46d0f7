// Colours as numbers: how far apart two are for a reader, and the nearest one that is far enough. In: `#rrggbb`. Out: `#rrggbb`, ratios.
// Contrast is that of WCAG 2.2 (relative luminance); lightness, chroma and hue are those of OKLCH (CSS Color 4, section 9.2).

/** WCAG 2.2 contrast of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The lowest contrast of a colour with some grounds. */
export function contrastOn(colour: string, grounds: readonly string[]): number {
  return Math.min(...grounds.map((ground) => contrast(colour, ground)));
}

/** `share` of `over` mixed into `under` as CSS does it in sRGB. */
export function mixed(over: string, under: string, share: number): string {
  const below = channels(under);
  return hexOf(channels(over).map((it, at) => share * it + (1 - share) * (below[at] ?? 0)));
}

/** Lightness 0 to 1, chroma 0 to about 0.37, hue in degrees. */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

export function oklchOf(colour: string): Oklch {
  const [r = 0, g = 0, b = 0] = channels(colour).map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const light = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  return { l: light, c: Math.hypot(x, y), h: ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360 };
}

/** The colour, with as much of its chroma as a screen can show at that lightness. */
export function colourOf({ l, c, h }: Oklch): string {
  let [low, high] = [0, c];
  if (isShown(rgbOf({ l, c, h }))) low = c;
  else
    for (let step = 0; step < 24; step++) {
      const middle = (low + high) / 2;
      if (isShown(rgbOf({ l, c: middle, h }))) low = middle;
      else high = middle;
    }
  return hexOf(rgbOf({ l, c: low, h }));
}

/**
 * The colour itself where its contrast with each ground is `least` or more, else the one of its hue and nearest lightness that is. Null where
 * there is none: no lightness is far enough from black and from white.
 */
export function nearestReadable(colour: string, grounds: readonly string[], least: number): string | null {
  const reads = (it: string): boolean => contrastOn(it, grounds) >= least;
  if (reads(colour)) return colour;
  const from = oklchOf(colour);
  for (let step = 1; step <= lightnessSteps; step++)
    for (const l of [from.l - step / lightnessSteps, from.l + step / lightnessSteps]) {
      if (l < 0 || l > 1) continue;
      const other = colourOf({ ...from, l });
      if (reads(other)) return other;
    }
  return null;
}

/** Fine enough that two neighbours are one colour to the eye. */
const lightnessSteps = 500;

/** Red, green and blue, 0 to 1, of `#rrggbb`. */
function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const linear = (it: number): number => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
const encoded = (it: number): number => (it <= 0.0031308 ? 12.92 * it : 1.055 * it ** (1 / 2.4) - 0.055);

function rgbOf({ l, c, h }: Oklch): readonly number[] {
  const [x, y] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const a = (l + 0.3963377774 * x + 0.2158037573 * y) ** 3;
  const b = (l - 0.1055613458 * x - 0.0638541728 * y) ** 3;
  const d = (l - 0.0894841775 * x - 1.291485548 * y) ** 3;
  return [
    encoded(4.0767416621 * a - 3.3077115913 * b + 0.2309699292 * d),
    encoded(-1.2684380046 * a + 2.6097574011 * b - 0.3413193965 * d),
    encoded(-0.0041960863 * a - 0.7034186147 * b + 1.707614701 * d),
  ];
}

const isShown = (rgb: readonly number[]): boolean => rgb.every((it) => it >= -0.0005 && it <= 1.0005);

function hexOf(rgb: readonly number[]): string {
  const hex = rgb.map((it) =>
    Math.round(255 * Math.min(1, Math.max(0, it)))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${hex.join("")}`;
}
