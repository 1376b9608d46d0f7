// Makes the pictures that links to a page carry: `bun test/render/make-pictures.ts`, with a chromium. In: the shapes of the marks.
// Out: src/render/picture-bytes.ts, which is kept beside them: nothing draws when a page is published, and there are no words in a picture that
// would have to be in the reader's language.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { mixed } from "../../src/model/colour.ts";
import { shapes } from "../../src/render/icon.tsx";
import { dark, sea } from "../../src/render/palette.ts";
import type { Mark } from "../../src/render/severity.ts";
import { startBrowser } from "../support/browser.ts";

const [width, height] = [1200, 630];
const quiet = mixed(dark.q, sea.bg, 0.8);
/** How high the last strokes stand: the worse, the higher, as in the bars of the page. */
const lastHeights: Readonly<Record<Mark, number>> = {
  ok: 40,
  inf: 40,
  mnt: 90,
  deg: 110,
  par: 140,
  maj: 170,
};

function drawing(mark: Mark): string {
  const strokes = Array.from({ length: 45 }, (_, at) => {
    const last = at >= 43;
    const high = last ? lastHeights[mark] : 40;
    return `<rect x="${120 + at * 21.5}" y="${540 - high}" width="14" height="${high}" fill="${last ? sea[mark] : quiet}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${sea.bg}"/><path fill="${sea[mark]}" fill-rule="evenodd" transform="translate(465 90) scale(16.9)" d="${shapes[mark]}"/>${strokes.join("")}<rect y="612" width="100%" height="18" fill="${sea[mark]}"/></svg>`;
}

/** Sixteen colours: the ground, and seven and eight steps from it to the two that stand on it. */
function paletteOf(mark: Mark): readonly (readonly number[])[] {
  const parts = (hex: string): readonly number[] =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const base = parts(sea.bg);
  const steps = (hex: string, count: number) =>
    Array.from({ length: count }, (_, at) =>
      parts(hex).map((value, part) =>
        Math.round((base[part] ?? 0) + ((value - (base[part] ?? 0)) * (at + 1)) / count),
      ),
    );
  return [base, ...steps(sea[mark], 12), ...steps(quiet, 3)];
}

/** PNG (RFC 2083), four bits a pixel. */
function pngOf(indexes: readonly number[], palette: readonly (readonly number[])[]): Buffer {
  const rows = Buffer.alloc(height * (1 + width / 2));
  for (let at = 0; at < indexes.length; at += 2)
    rows[Math.floor(at / width) * (1 + width / 2) + 1 + (at % width) / 2] =
      ((indexes[at] ?? 0) << 4) | (indexes[at + 1] ?? 0);
  const chunk = (type: string, body: Buffer): Buffer => {
    const whole = Buffer.concat([Buffer.from(type, "latin1"), body]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(body.length, 0);
    frame.writeUInt32BE(crc32(whole), 4);
    return Buffer.concat([frame.subarray(0, 4), whole, frame.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([4, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const browser = await startBrowser();
const page = await browser.newPage({ viewport: { width, height } });
const made: string[] = [];
for (const mark of Object.keys(shapes) as Mark[]) {
  const svg = `data:image/svg+xml,${encodeURIComponent(drawing(mark))}`;
  const palette = paletteOf(mark);
  const indexes = await page.evaluate<number[]>(`(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(svg)};
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: ${width}, height: ${height} });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, ${width}, ${height});
    const palette = ${JSON.stringify(palette)};
    const indexes = [];
    for (let at = 0; at < data.length; at += 4) {
      let best = 0, least = Infinity;
      for (let index = 0; index < palette.length; index++) {
        const [r, g, b] = palette[index];
        const far = (data[at] - r) ** 2 + (data[at + 1] - g) ** 2 + (data[at + 2] - b) ** 2;
        if (far < least) [best, least] = [index, far];
      }
      indexes.push(best);
    }
    return indexes;
  })()`);
  const png = pngOf(indexes, palette);
  console.log(`${mark}: ${png.length} bytes`);
  if (process.argv[2] !== undefined) writeFileSync(`${process.argv[2]}/${mark}.png`, png);
  made.push(`  ${mark}: "${png.toString("base64")}",`);
}
await browser.close();
writeFileSync(
  resolve(import.meta.dirname, "../../src/render/picture-bytes.ts"),
  `// Made from the shapes of the marks by test/render/make-pictures.ts: change that, and make this again.
import type { Mark } from "./severity.ts";

/** A picture for each mark: PNG, ${width} by ${height}, in base64. */
// biome-ignore format: one line a picture
export const pictures: Readonly<Record<Mark, string>> = {
${made.join("\n")}
};
`,
);
