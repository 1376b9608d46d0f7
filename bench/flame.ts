// Draws a flame graph. In: a .cpuprofile, as `bun --cpu-prof`, `deno run --cpu-prof`, node:inspector or Chromium write it. Out: one static
// SVG (no script: names and places stand in titles, so a browser and grep find them), and the frames that cost most by themselves.
//   npm run flame <profile> <out.svg> [-- --below <function>]
// A frame is as wide as the samples in which it stood. Waiting is not drawn: the profilers sample a thread while it runs.
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** What of the format is read here (Chrome DevTools protocol, `Profiler.Profile`). */
export interface Profile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of the nodes that were on top of the stack, one a sample. */
  readonly samples?: readonly number[];
}

/** A function where it was called from; `count` is of the samples in it and in what it called. */
export interface Frame {
  readonly name: string;
  /** `src/publish/publisher.ts:12`, `node:zlib`, or "" for what the runtime is made of. */
  readonly place: string;
  count: number;
  self: number;
  readonly children: Map<string, Frame>;
}

/** What a profiler calls the times in which nothing of ours runs. */
const notWork = new Set(["(idle)", "(program)"]);

function emptyFrame(name: string, place: string): Frame {
  return { name, place, count: 0, self: 0, children: new Map() };
}

/** The stacks of a profile as one tree. `below`: only from the outermost frame of this name upwards, wherever it was called. */
export function treeOf({ nodes, samples = [] }: Profile, below?: string): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const stacks = new Map<number, readonly ProfileNode[]>();
  const stackOf = (id: number): readonly ProfileNode[] => {
    const known = stacks.get(id);
    if (known !== undefined) return known;
    const [node, parent] = [byId.get(id), parents.get(id)];
    const stack = node === undefined || parent === undefined ? [] : [...stackOf(parent), node];
    stacks.set(id, stack);
    return stack;
  };
  const root = emptyFrame("all", "");
  for (const id of samples) {
    const whole = stackOf(id);
    const from =
      below === undefined ? 0 : whole.findIndex(({ callFrame }) => callFrame.functionName === below);
    if (from === -1 || whole.length === 0 || notWork.has(whole.at(-1)?.callFrame.functionName ?? ""))
      continue;
    let frame = root;
    root.count++;
    for (const { callFrame } of whole.slice(from)) {
      frame = childOf(frame, callFrame.functionName || "(no name)", placeOf(callFrame));
      frame.count++;
    }
    frame.self++;
  }
  return root;
}

function childOf(parent: Frame, name: string, place: string): Frame {
  const key = `${name} ${place}`;
  const known = parent.children.get(key);
  if (known !== undefined) return known;
  const made = emptyFrame(name, place);
  parent.children.set(key, made);
  return made;
}

/** Where a function stands, without the folders of this machine. */
function placeOf({ url, lineNumber }: ProfileNode["callFrame"]): string {
  if (url === "") return "";
  if (/^(node|internal|bun|ext):/.test(url)) return url;
  const path = relative(process.cwd(), url.replace(/^file:\/\//, ""));
  const short = path.replace(/^.*node_modules\//, "node_modules/").replace(/^(\.\.\/)+.*\//, "…/");
  return `${short}:${lineNumber + 1}`;
}

/** Functions by the samples in which they themselves ran, most first. */
export function topSelf(root: Frame, most: number): readonly Pick<Frame, "name" | "place" | "self">[] {
  const sums = new Map<string, { readonly name: string; readonly place: string; self: number }>();
  const add = ({ name, place, self, children }: Frame): void => {
    const key = `${name} ${place}`;
    const sum = sums.get(key) ?? { name, place, self: 0 };
    sums.set(key, sum);
    sum.self += self;
    for (const child of children.values()) add(child);
  };
  add(root);
  return [...sums.values()].sort((a, b) => b.self - a.self).slice(0, most);
}

const width = 1200;
const rowHeight = 16;
/** A narrower frame is a line without a name, and there are thousands. */
const narrowestPx = 1.2;
const characterPx = 6.1;

/** By where a function stands: our own, packages, the runtime's JavaScript, its inside. */
function kindOf({ place }: Frame): "own" | "pkg" | "rt" | "in" {
  if (place === "") return "in";
  if (place.startsWith("node_modules/")) return "pkg";
  return /^(node|internal|bun|ext):/.test(place) ? "rt" : "own";
}

interface Box {
  readonly frame: Frame;
  readonly depth: number;
  readonly x: number;
  readonly wide: number;
}

function boxesOf(root: Frame): readonly Box[] {
  const boxes: Box[] = [];
  const pxPerSample = width / Math.max(1, root.count);
  const place = (frame: Frame, depth: number, x: number): void => {
    const wide = frame.count * pxPerSample;
    if (wide < narrowestPx) return;
    boxes.push({ frame, depth, x, wide });
    let at = x;
    for (const child of [...frame.children.values()].sort((a, b) => b.count - a.count)) {
      place(child, depth + 1, at);
      at += child.count * pxPerSample;
    }
  };
  place(root, 0, 0);
  return boxes;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const px = (length: number): string => String(Math.round(length * 10) / 10);

/** The picture: what was called stands on what called it. */
export function svgOf(root: Frame, title: string): string {
  const boxes = boxesOf(root);
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
  const height = (depth + 3) * rowHeight;
  const drawn = boxes.map(({ frame, depth: row, x, wide }) => {
    const y = height - (row + 1) * rowHeight;
    const share = ((100 * frame.count) / Math.max(1, root.count)).toFixed(1);
    const said = `${frame.name}${frame.place === "" ? "" : ` ${frame.place}`}: ${share} %, ${frame.count} samples`;
    const letters = Math.floor((wide - 4) / characterPx);
    const name = frame.name.length <= letters ? frame.name : `${frame.name.slice(0, letters - 1)}…`;
    const text = letters < 3 ? "" : `<text x="${px(x + 2)}" y="${y + 12}">${escaped(name)}</text>`;
    return `<g><title>${escaped(said)}</title><rect class="${kindOf(frame)}" x="${px(x)}" y="${y}" width="${px(wide)}" height="15"/>${text}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(title)}</title>
<style>svg{background:#fff}text{font:10px monospace;fill:#111;pointer-events:none}rect{stroke:#fff;stroke-width:.4}.own{fill:#f4a259}.pkg{fill:#8cb369}.rt{fill:#9db4d6}.in{fill:#cfd4dc}</style>
<text x="4" y="13">${escaped(title)}; ${root.count} samples; orange: this repository, green: packages, blue: the runtime's JavaScript, grey: its inside</text>
${drawn.join("\n")}
</svg>
`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { below: { type: "string" }, title: { type: "string" } },
  });
  const [profile, out] = positionals;
  if (profile === undefined || out === undefined) {
    console.error(
      "Usage: npm run flame <profile.cpuprofile> <out.svg> [-- --below <function> --title <text>]",
    );
    process.exit(2);
  }
  const root = treeOf(JSON.parse(readFileSync(profile, "utf8")) as Profile, values.below);
  const svg = svgOf(root, values.title ?? values.below ?? "all stacks");
  writeFileSync(out, svg);
  console.log(`${out}: ${Math.ceil(svg.length / 1000)} kB, ${root.count} samples. By themselves:`);
  for (const { name, place, self } of topSelf(root, 25))
    console.log(`${((100 * self) / Math.max(1, root.count)).toFixed(1).padStart(6)} %  ${name}  ${place}`);
}
