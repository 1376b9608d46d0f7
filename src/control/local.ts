// What a command of this machine asks of the running control plane, over `<data>/control.sock`.
// In: requests under /local/ from whoever may open the socket (the folder's owner). Out: JSON. There is no token: the folder is 0700.
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Command } from "../model/command.ts";
import type { MetricPoint } from "../model/series.ts";
import type { Page } from "../model/view.ts";
import type { Ledger, Refused } from "../store/ledger.ts";
import type { SeriesStore } from "../store/series.ts";
import { commandLine, type HeldToken, type TokenAsked, type Tokens } from "../store/tokens.ts";
import { jsonResponse } from "./answer.ts";
import { type Definition, definitionOf } from "./config-shape.ts";

/** A page as a command knows it. */
export interface KnownPage {
  readonly id: string;
  readonly name: string;
  readonly hosts: readonly string[];
}

/** What became of a command; `position` says how far the op-log is, `before` how far it was. */
export type Submitted =
  | {
      readonly ok: true;
      readonly id: string;
      readonly page: string;
      readonly before: number;
      readonly position: number;
    }
  | Refused;

/** What a command may ask of the one writer of a data folder, wherever that runs. */
export interface ControlPlane {
  pages(): Promise<readonly KnownPage[]>;
  /** null where there is no such page. */
  page(id: string): Promise<Page | null>;
  /** What a page's file says of it; null where there is no such page. */
  definition(id: string): Promise<Definition | null>;
  /** `page` is null for commands that name their page themselves (page.create, import). Of several all are kept or none. */
  submit(page: string | null, commands: Command | readonly Command[], actor: string): Promise<Submitted>;
  /** What a submit would be answered now, but for what fails on the device. */
  preview(
    page: string | null,
    commands: readonly Command[],
    actor: string,
  ): Promise<{ readonly ok: true } | Refused>;
  addToken(asked: TokenAsked): Promise<{ readonly token: string }>;
  tokens(): Promise<readonly HeldToken[]>;
  /** Points of a page's metrics. */
  addPoints(
    page: string,
    points: readonly (readonly [metric: string, points: readonly MetricPoint[]])[],
  ): Promise<void>;
  /** Forgets the tokens of this name; says how many there were. */
  revokeTokens(name: string): Promise<number>;
}

interface Holding {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "preview" | "position">;
  readonly tokens: Tokens;
  readonly series: Pick<SeriesStore, "add" | "forget">;
}

/** The control plane of this process. */
export function controlPlaneOf({ ledger, tokens, series }: Holding): ControlPlane {
  return {
    pages: async () =>
      ledger.pages().flatMap((id) => {
        const page = ledger.view(id)?.page;
        return page === undefined ? [] : [{ id, name: page.name, hosts: page.hosts }];
      }),
    page: async (id) => ledger.view(id)?.page ?? null,
    definition: async (id) => {
      const view = ledger.view(id);
      return view === null ? null : definitionOf(view);
    },
    async submit(page, commands, actor) {
      const before = ledger.position();
      const done = await ledger.submit(page, commands, actor);
      if (!done.ok) return done;
      for (const command of [commands].flat())
        if (command.kind === "metric.delete") await series.forget(done.page, command.id);
      return { ...done, before };
    },
    preview: async (page, commands, actor) => {
      const seen = ledger.preview(page, commands, actor);
      return seen.ok ? { ok: true } : seen;
    },
    addToken: (asked) => tokens.add(asked, commandLine),
    tokens: async () => tokens.list(),
    addPoints: (page, points) => series.add(page, new Map(points)),
    revokeTokens: (name) => tokens.revoke((token) => token.name === name, commandLine),
  };
}

/** Operations that other parts of this process answer, by their word: what its JSON arguments are given to. */
export type LocalOperations = Readonly<Record<string, (args: readonly unknown[]) => Promise<unknown>>>;

/** One row an operation: the path's word, and what its JSON arguments are given to. */
const operations: Readonly<
  Record<string, (plane: ControlPlane, args: readonly unknown[]) => Promise<unknown>>
> = {
  pages: (plane) => plane.pages(),
  page: (plane, [id]) => plane.page(id as string),
  definition: (plane, [id]) => plane.definition(id as string),
  submit: (plane, [page, commands, actor]) =>
    plane.submit(page as string | null, commands as Command | readonly Command[], actor as string),
  preview: (plane, [page, commands, actor]) =>
    plane.preview(page as string | null, commands as readonly Command[], actor as string),
  addToken: (plane, [asked]) => plane.addToken(asked as TokenAsked),
  tokens: (plane) => plane.tokens(),
  addPoints: (plane, [page, points]) =>
    plane.addPoints(page as string, points as Parameters<ControlPlane["addPoints"]>[1]),
  revokeTokens: (plane, [name]) => plane.revokeTokens(name as string),
};

/** Largest request of the socket: an import travels as one command. */
export const localBodyBytesMax = limits.importBytesMax;

/**
 * The handler behind the socket: POST /local/<operation> with a JSON list of arguments. 200 {value}, or 400/500 with a Fault's
 * {code, sentence, remedy}. Both sides are this program, so arguments are checked by what they are given to. `more` are the operations
 * of parts that this folder does not know.
 */
export function createLocal(
  holding: Holding & { readonly log: Log; readonly more?: LocalOperations },
): (request: Request) => Promise<Response> {
  const plane = controlPlaneOf(holding);
  const own = Object.entries(operations).map(
    ([word, answer]) => [word, (args: readonly unknown[]) => answer(plane, args)] as const,
  );
  const known = new Map([...own, ...Object.entries(holding.more ?? {})]);
  return async (request) => {
    const word = /\/local\/([A-Za-z]+)$/.exec(request.url)?.[1] ?? "";
    const operation = known.get(word);
    if (request.method !== "POST" || operation === undefined)
      return faultResponse(
        404,
        new Fault(
          "not-found",
          "The running control plane knows no such operation.",
          "Use the same release for both.",
        ),
      );
    try {
      const args: unknown = await request.json();
      return jsonResponse(200, { value: (await operation(Array.isArray(args) ? args : [])) ?? null });
    } catch (thrown) {
      if (thrown instanceof Fault) return faultResponse(500, thrown);
      holding.log.error(`The operation ${word} failed: ${messageOf(thrown)}.`);
      return faultResponse(
        500,
        new Fault(
          "internal",
          `The operation ${word} failed: ${messageOf(thrown)}.`,
          "Look at the log of the control plane.",
        ),
      );
    }
  };
}

function faultResponse(status: number, { code, message, remedy }: Fault): Response {
  return jsonResponse(status, { code, sentence: message, remedy });
}
