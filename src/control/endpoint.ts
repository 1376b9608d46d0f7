// What one endpoint is: a row with method, path, need, schemas and an answer. In: rows. Out: rows whose types were checked where written.
import type { TSchema, UnwrapSchema } from "elysia";
import type { Command } from "../model/command.ts";
import type { Need } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import type { PageRows } from "../store/page-rows.ts";
import type { SeriesStore } from "../store/series.ts";
import type { Principal } from "./authenticate.ts";

/** What an answer is made from. `view` is null only on paths without a page. */
export interface Call<Body, Query, View> {
  readonly principal: Principal;
  readonly view: View;
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  /** Points of metrics. */
  readonly series: SeriesStore;
  /** What is kept for a page and no page shows. */
  readonly rows: PageRows;
  /** Our clock (ms since the epoch). */
  readonly nowMs: () => number;
  /** Pages that the principal may see. */
  readonly views: () => readonly PageView[];
  /** Carries out a command on this page and gives its id and the view after it. Throws ApiRefusal when it is refused. */
  submit(command: Command): Promise<{ readonly id: string; readonly view: PageView }>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A row of the table. Paths stand without `/v1`; `:page_id` makes the API look the page up before anything else. */
export interface Endpoint {
  readonly methods: readonly ("GET" | "POST" | "PATCH" | "PUT" | "DELETE")[];
  readonly path: string;
  readonly summary: string;
  /** Which roles may: checked after the page is found, before anything of the request is validated. */
  readonly needs: Need;
  readonly body?: TSchema;
  readonly query?: TSchema;
  answer(call: Call<unknown, unknown, PageView | null>): Answer | Promise<Answer>;
}

type Decoded<Schema extends TSchema | undefined> = Schema extends TSchema ? UnwrapSchema<Schema> : undefined;

/** Writes a row whose answer sees the types of its schemas and, under `/pages/:page_id`, the page. */
export function endpoint<
  const Path extends string,
  Body extends TSchema | undefined = undefined,
  Query extends TSchema | undefined = undefined,
>(row: {
  readonly methods: Endpoint["methods"];
  readonly path: Path;
  readonly summary: string;
  readonly needs: Need;
  readonly body?: Body;
  readonly query?: Query;
  answer(
    call: Call<
      Decoded<Body>,
      Decoded<Query>,
      Path extends `/pages/:page_id${string}` ? PageView : PageView | null
    >,
  ): Answer | Promise<Answer>;
}): Endpoint {
  return row as unknown as Endpoint;
}

export const answer = (status: number, body: unknown): Answer => ({ status, body });
