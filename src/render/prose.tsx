// Texts that editors wrote, as HTML. In: who has a body: an update, a post-mortem. Out: its blocks, its beginning, one line of it, its words;
// everything escaped. Made once for each text: a page is rendered again for each new update, and an incident may have 400 old ones.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { type Block, blocksOf, type Run } from "./markdown.ts";
import { clip } from "./prose-clip.ts";

/** An immutable thing with a text: the object is what the text is remembered by. */
export interface Told {
  readonly body: string;
}

/** What is shown of a text. */
interface Shown {
  readonly html: string;
  /** Whether something was left out. */
  readonly cut: boolean;
}

const shown = new WeakMap<Told, Map<number, Shown>>();
const lines = new WeakMap<Told, string>();

function shownOf(told: Told, chars: number): Shown {
  const known = shown.get(told) ?? new Map<number, Shown>();
  shown.set(told, known);
  const kept = known.get(chars);
  if (kept !== undefined) return kept;
  const { blocks, cut } = clip(blocksOf(told.body), chars);
  const made = { html: textOf(<Blocks blocks={blocks} />), cut };
  known.set(chars, made);
  return made;
}

/** Whether `chars` characters leave something out. */
export function isCut(told: Told, chars: number): boolean {
  return shownOf(told, chars).cut;
}

/** A text, or the first `chars` characters of it. Its headings stand below an h3. */
export function Prose({
  told,
  chars = Number.POSITIVE_INFINITY,
}: {
  readonly told: Told;
  readonly chars?: number;
}): JSX.Element {
  const safeProse = shownOf(told, chars).html;
  return <>{safeProse}</>;
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  return (
    <>
      {blocks.map((block) => (
        <One block={block} />
      ))}
    </>
  );
}

function One({ block }: { readonly block: Block }): JSX.Element {
  switch (block.kind) {
    case "paragraph":
      return (
        <p dir="auto">
          <Runs runs={block.runs} />
        </p>
      );
    case "heading":
      return <Heading level={block.level} runs={block.runs} />;
    case "quote":
      return (
        <blockquote class="md" dir="auto">
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case "list":
      return <List start={block.start} items={block.items} />;
    case "code":
      return (
        <pre class="md" dir="ltr">
          <code safe>{block.text}</code>
        </pre>
      );
    case "rule":
      return <hr class="md" />;
  }
}

/** A page's own headings end with h3, those of a text begin below. */
function Heading({ level, runs }: { readonly level: number; readonly runs: readonly Run[] }): JSX.Element {
  const line = <Runs runs={runs} />;
  if (level <= 1) return <h4 dir="auto">{line}</h4>;
  return level === 2 ? <h5 dir="auto">{line}</h5> : <h6 dir="auto">{line}</h6>;
}

function List({ start, items }: Pick<Block & { kind: "list" }, "start" | "items">): JSX.Element {
  const lines = items.map((item) => (
    <li>
      <Item blocks={item} />
    </li>
  ));
  if (start === null)
    return (
      <ul class="md" dir="auto">
        {lines}
      </ul>
    );
  return (
    <ol class="md" dir="auto" start={start === 1 ? undefined : start}>
      {lines}
    </ol>
  );
}

/** Its first paragraph stands right beside the bullet. */
function Item({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  const [first, ...rest] = blocks;
  if (first?.kind !== "paragraph") return <Blocks blocks={blocks} />;
  return (
    <>
      <Runs runs={first.runs} />
      <Blocks blocks={rest} />
    </>
  );
}

function Runs({ runs }: { readonly runs: readonly Run[] }): JSX.Element {
  return (
    <>
      {runs.map((run) => (
        <OneRun run={run} />
      ))}
    </>
  );
}

function OneRun({ run }: { readonly run: Run }): JSX.Element {
  switch (run.kind) {
    case "text":
      return <>{Html.escapeHtml(run.text)}</>;
    case "code":
      return <code safe>{run.text}</code>;
    case "break":
      return <br />;
    case "strong":
      return (
        <strong>
          <Runs runs={run.runs} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Runs runs={run.runs} />
        </em>
      );
    case "del":
      return (
        <del>
          <Runs runs={run.runs} />
        </del>
      );
    case "link":
      return (
        <a href={attribute(run.href)} rel="nofollow noopener">
          <Runs runs={run.runs} />
        </a>
      );
  }
}

/** A text as one line of HTML with breaks and links, which is what readers of feeds take apart. */
export function proseLine(told: Told): string {
  const known = lines.get(told) ?? textOf(<Runs runs={lineOf(blocksOf(told.body))} />);
  lines.set(told, known);
  return known;
}

/** A text without its marks, on one line: what a search engine or a chat shows of a page. */
export function plainText(body: string): string {
  const words = (runs: readonly Run[]): string =>
    runs.map((run) => (run.kind === "break" ? " " : "text" in run ? run.text : words(run.runs))).join("");
  return words(lineOf(blocksOf(body))).replace(/\s+/g, " ");
}

const twoBreaks: readonly Run[] = [{ kind: "break" }, { kind: "break" }];

function lineOf(blocks: readonly Block[]): readonly Run[] {
  return blocks.flatMap((block, at) => (at === 0 ? lineOfOne(block) : [...twoBreaks, ...lineOfOne(block)]));
}

function lineOfOne(block: Block): readonly Run[] {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return block.runs.flatMap(bare);
    case "quote":
      return lineOf(block.blocks);
    case "list":
      return block.items.flatMap((item, at): readonly Run[] => {
        const mark: Run = { kind: "text", text: block.start === null ? "• " : `${block.start + at}. ` };
        const line = [mark, ...lineOf(item)];
        return at === 0 ? line : [{ kind: "break" }, ...line];
      });
    case "code":
      return block.text
        .split("\n")
        .flatMap((text, at): readonly Run[] =>
          at === 0 ? [{ kind: "text", text }] : [{ kind: "break" }, { kind: "text", text }],
        );
    case "rule":
      return [{ kind: "text", text: "—" }];
  }
}

/** Without emphasis. */
function bare(run: Run): readonly Run[] {
  switch (run.kind) {
    case "strong":
    case "em":
    case "del":
      return run.runs.flatMap(bare);
    case "code":
      return [{ kind: "text", text: run.text }];
    case "link":
      return [{ ...run, runs: run.runs.flatMap(bare) }];
    default:
      return [run];
  }
}

/** A value for an attribute: the renderer escapes its quotes, and leaves `&` to us. */
export function attribute(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The text of rendered TSX. Nothing here waits, so a promise is a defect. */
export function textOf(element: JSX.Element): string {
  if (typeof element !== "string") throw new TypeError("Render: an element waits for something.");
  return element;
}
