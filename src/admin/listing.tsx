// Lists that may be long. In: all of it, a question, which part. Out: the part, and ways to the others. Works by links; htmx narrows it as one types.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { attribute } from "../render/prose.tsx";
import { counted } from "./speech.ts";

export interface Part<Item> {
  readonly items: readonly Item[];
  readonly question: string;
  /** From 1. */
  readonly number: number;
  readonly parts: number;
  readonly count: number;
}

/** The part that the address asks for: `?q=` narrows, `?part=` goes on. */
export function partOf<Item>(
  all: readonly Item[],
  query: URLSearchParams,
  fits: (item: Item, question: string) => boolean,
): Part<Item> {
  const question = (query.get("q") ?? "").slice(0, limits.nameCharsMax).trim();
  const found = question === "" ? all : all.filter((item) => fits(item, question));
  const parts = Math.max(1, Math.ceil(found.length / limits.adminListMax));
  const asked = Number.parseInt(query.get("part") ?? "1", 10);
  const number = Math.min(parts, Math.max(1, Number.isNaN(asked) ? 1 : asked));
  const items = found.slice((number - 1) * limits.adminListMax, number * limits.adminListMax);
  return { items, question, number, parts, count: found.length };
}

/** The list with its question above and its ways below; where there is nothing at all, a sentence instead of both. */
export function Listing({
  part,
  path,
  noun,
  empty = "None.",
  also = {},
  hint,
  children,
}: {
  readonly part: Part<unknown>;
  readonly path: string;
  /** What one of it is called. */
  readonly noun: string;
  /** What stands there while there is none. */
  readonly empty?: string;
  /** What else the address asks, and goes on to ask. */
  readonly also?: Readonly<Record<string, string>>;
  /** Instead of how many fit. */
  readonly hint?: string | undefined;
  readonly children: JSX.Element | JSX.Element[];
}): JSX.Element {
  const safeChildren = children;
  if (part.count === 0 && part.question === "")
    return (
      <p class="empty" safe>
        {empty}
      </p>
    );
  const find = `Find ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
  return (
    <>
      <form
        method="get"
        action={attribute(path)}
        class="row"
        hx-get={attribute(path)}
        hx-trigger="input delay:250ms"
        hx-target="#listed"
        hx-select="#listed"
        hx-swap="outerHTML"
        hx-sync="this:replace"
      >
        {Object.entries(also).map(([name, value]) => (
          <input type="hidden" name={attribute(name)} value={attribute(value)} />
        ))}
        <input
          type="search"
          name="q"
          value={attribute(part.question)}
          aria-label={attribute(find)}
          placeholder={attribute(find)}
        />
        <button type="submit" class="quiet">
          Find
        </button>
      </form>
      <div id="listed">
        <p class="hint" role="status" safe>
          {hint ?? counted(part.count, noun)}
        </p>
        {safeChildren}
        <Ways part={part} path={path} also={also} />
      </div>
    </>
  );
}

/** To the part before and to the part after. */
export function Ways({
  part,
  path,
  also,
}: {
  readonly part: Part<unknown>;
  readonly path: string;
  readonly also: Readonly<Record<string, string>>;
}): JSX.Element {
  const { number, parts, question } = part;
  if (parts === 1) return "";
  const way = (to: number): string =>
    attribute(
      `${path}?${new URLSearchParams({ ...also, ...(question === "" ? {} : { q: question }), part: String(to) })}`,
    );
  return (
    <nav class="pg" aria-label="Parts of the list">
      {number > 1 ? (
        <a class="btn quiet" href={way(number - 1)}>
          Before
        </a>
      ) : (
        <span />
      )}
      <span class="hint" safe>{`${number} of ${parts}`}</span>
      {number < parts ? (
        <a class="btn quiet" href={way(number + 1)}>
          After
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
}
