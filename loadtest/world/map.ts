// The world as a picture. In: cities, POPs, how long visitors of each city wait. Out: one SVG that follows the reader's light or dark.
// Equirectangular, with a graticule and no outlines: where people are draws the continents well enough.
import type { Place } from "../../src/steering/distance.ts";
import type { City } from "./cities.ts";
import type { PopPlace } from "./pops.ts";

export interface MapScene {
  readonly cities: readonly City[];
  readonly pops: readonly PopPlace[];
  /** Median, warm, of visitors of a city (ms). */
  readonly waitMs: ReadonlyMap<City, number>;
  readonly title: string;
  readonly description: string;
}

const width = 1_080;
const perDegree = width / 360;
const north = 78;
const south = -58;
const height = (north - south) * perDegree;
const legendHeight = 44;

/** Goals of the page: half of all under 50 ms, all but one in a hundred under 200 ms. Shape says it as well as colour: filled, ringed, hollow. */
const bands = [
  { name: "good", untilMs: 50, says: "under 50 ms" },
  { name: "fair", untilMs: 200, says: "50 to 200 ms" },
  { name: "poor", untilMs: Number.POSITIVE_INFINITY, says: "200 ms and more" },
] as const;

const style = `
svg{--back:#f7f9fb;--grid:#d5dde6;--ink:#1b2836;--soft:#5a6878;--good:#0b7a53;--fair:#b26a00;--poor:#b3261e;--pop:#123f8c}
@media (prefers-color-scheme:dark){svg{--back:#0e1620;--grid:#263545;--ink:#e6edf4;--soft:#93a3b5;--good:#3fcf97;--fair:#f0ad4e;--poor:#ff7b72;--pop:#8ab4ff}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}
.soft{fill:var(--soft)}
.size{stroke:var(--soft);fill:none}
.grid{stroke:var(--grid);fill:none}
.good{fill:var(--good);fill-opacity:.55}
.fair{fill:var(--fair);fill-opacity:.35;stroke:var(--fair)}
.poor{fill:none;stroke:var(--poor);stroke-width:1.5}
.pop{fill:var(--pop);stroke:var(--back);stroke-width:1.5}
.name{font-weight:600;paint-order:stroke;stroke:var(--back);stroke-width:3px}
`.trim();

export function drawMap(scene: MapScene): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + legendHeight}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(scene.title)}</title>`,
    `<desc id="d">${escaped(scene.description)}</desc>`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height + legendHeight}" fill="var(--back)"/>`,
    graticule(),
    ...scene.cities.toSorted((a, b) => b.users - a.users).map((city) => dot(city, scene.waitMs.get(city))),
    ...scene.pops.map(popMark),
    legend(),
    "</svg>",
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

const across = ({ longitude }: Place): number => (longitude + 180) * perDegree;
const down = ({ latitude }: Place): number => (north - latitude) * perDegree;
const show = (value: number): string => String(Number(value.toFixed(1)));

function graticule(): string {
  const lines: string[] = [];
  for (let longitude = -150; longitude < 180; longitude += 30)
    lines.push(`M${show(across({ latitude: 0, longitude }))} 0V${show(height)}`);
  for (let latitude = -30; latitude < north; latitude += 30)
    lines.push(`M0 ${show(down({ latitude, longitude: 0 }))}H${width}`);
  return `<path class="grid" d="${lines.join("")}"/>`;
}

/** Its area stands for its users. A city that no visitor was drawn for has no time to show. */
function dot(city: City, waitMs: number | undefined): string {
  if (waitMs === undefined) return "";
  const band = bands.find(({ untilMs }) => waitMs < untilMs) ?? bands[2];
  return `<circle class="${band.name}" cx="${show(across(city))}" cy="${show(down(city))}" r="${show(Math.max(1.2, radiusOf(city.users)))}"/>`;
}

const radiusOf = (users: number): number => Math.sqrt(users / 1e6) * 1.15;

function popMark(pop: PopPlace): string {
  const x = across(pop);
  const y = down(pop);
  return (
    `<path class="pop" d="M${show(x)} ${show(y - 7)}l6 7l-6 7l-6 -7z"/>` +
    `<text class="name" x="${show(x + 8)}" y="${show(y - 5)}">${escaped(pop.name)}</text>`
  );
}

function legend(): string {
  const y = height + legendHeight / 2;
  const entries = bands.map(
    ({ name, says }, at) =>
      `<circle class="${name}" cx="${20 + at * 170}" cy="${show(y)}" r="7"/><text x="${34 + at * 170}" y="${show(y + 4.5)}">${says}</text>`,
  );
  const pop = `<path class="pop" d="M540 ${show(y - 7)}l6 7l-6 7l-6 -7z"/><text x="554" y="${show(y + 4.5)}">POP</text>`;
  const sizes = [1, 10, 50].map((millions, at) => {
    const x = 640 + at * 120;
    return `<circle class="size" cx="${x}" cy="${show(y)}" r="${show(radiusOf(millions * 1e6))}"/><text class="soft" x="${x + 14}" y="${show(y + 4.5)}">${millions} million</text>`;
  });
  return [...entries, pop, ...sizes].join("\n");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
