// What one endpoint is: a row with method, path, need, schemas and an answer. In: rows. Out: rows whose types were checked where written.
import type { TSchema, UnwrapSchema } from "elysia";
import type { Command } from "../model/command.ts";
import type { Need } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import type { Principal } from "../people/principal.ts";
import type { Following } from "../store/ledger-plan.ts";
import type { PageRows, RowChange } from "../store/page-rows.ts";
import type { SeriesStore } from "../store/series.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { UpstreamStore } from "../store/upstreams.ts";
import type { CheckDesk } from "./check-desk.ts";
import type { Install } from "./install.ts";
import type { AlertDesk } from "./own-alert-sources.ts";
import type { BounceDesk } from "./own-bounces.ts";
import type { DeliveryDesk } from "./own-deliveries.ts";

/** What endpoints work with beside the page itself. A part more is a line here, and one where the API is made. */
export interface Parts {
  /** Points of metrics. */
  readonly series: SeriesStore;
  /** What is kept for a page and no page shows. */
  readonly rows: PageRows;
  /** What belongs to no page. */
  readonly install: Install;
  /** What vendors say; without it nothing is known of them. */
  readonly upstreams?: Pick<UpstreamStore, "results">;
  /** Who is told of pages. */
  readonly subscribers: Subscribers;
  /** What becomes of mail that came back. */
  readonly bounces: BounceDesk;
  /** How far they are told. */
  readonly deliveries: DeliveryDesk;
  /** What other systems tell. */
  readonly alerts: AlertDesk;
  /** What POPs found. */
  readonly checks: CheckDesk;
}

/** Rows of a page that are kept with commands; `decide` is asked when all writes of rows before it are on the device. */
export interface RowsBeside {
  readonly page: string;
  decide(): readonly RowChange[];
}

/** What an answer is made from. `view` is null only on paths without a page. */
export interface Call<Body, Query, View> extends Parts {
  readonly principal: Principal;
  readonly view: View;
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  /** Our clock (ms since the epoch). */
  readonly nowMs: () => number;
  /** Pages that the principal may see. */
  readonly views: () => readonly PageView[];
  /**
   * Carries out commands on this page, all or none, and gives the id of the last and the view after it. `following` tells what follows from the page with
   * them, and is part of the same. Throws ApiRefusal when one is refused. In a dry run nothing is written, and the view is what the page would become.
   * Where the path names no page the first command does. `rows` are kept in the same transaction.
   */
  submit(
    commands: Command | readonly Command[],
    following?: Following,
    rows?: RowsBeside,
  ): Promise<{ readonly id: string; readonly view: PageView }>;
  /** The body of a row that takes lines, one by one; a line has at most `listLineCharsMax` characters. Throws ApiRefusal. */
  readonly lines: AsyncIterable<string>;
  /**
   * Every write that is no command goes through here. In a dry run it is not carried out: `foreseen` says what it would have given, and without that the
   * answer ends with what is known until then.
   */
  effect<Value>(write: () => Promise<Value>, foreseen?: () => Promise<Value>): Promise<Value>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What a success says, by its status; null: no body. */
export type Answers = Readonly<Record<number, TSchema | null>>;

/** A request that can be sent as it stands, where the path's parameters name things that are there. */
export interface Example {
  readonly body?: unknown;
  /** Of a row that takes lines: each becomes one. */
  readonly lines?: readonly unknown[];
  /** Of a row that takes a text. */
  readonly text?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** A row of the table. Paths stand without their prefix; `:page_id` makes the API look the page up before anything else. */
export interface Endpoint {
  readonly methods: readonly ("GET" | "POST" | "PATCH" | "PUT" | "DELETE")[];
  readonly path: string;
  readonly summary: string;
  /** Which roles may: checked after the page is found, before anything of the request is validated. */
  readonly needs: Need;
  /** What the reference says beside the summary. */
  readonly description?: string;
  readonly body?: TSchema;
  /** Where `limits.apiBodyBytesMax` is too little. Only on paths without parameters: the body is read before the path is. */
  readonly bodyBytesMax?: number;
  readonly query?: TSchema;
  /** What the reference promises, and tests hold each answer to. */
  readonly answers: Answers;
  /** What of Statuspage's it does not do, and says so with 501. */
  readonly unable?: string;
  /**
   * JSON values, one a line, instead of one value, so that nothing has to be in memory as a whole. `out`: the answer's body is an AsyncIterable
   * of them, and `answers` say what one line holds. `in`: the body is. Only on paths without parameters, as `bodyBytesMax`.
   */
  readonly lines?: "out" | "in";
  /** The body is a text of this type, whatever the request calls it; `body` is then a table with it as `text`. */
  readonly text?: "text/csv";
  /** Without one, the reference makes it from the schemas. */
  readonly example?: Example;
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
  readonly description?: string;
  readonly body?: Body;
  readonly bodyBytesMax?: number;
  readonly query?: Query;
  readonly answers: Answers;
  readonly unable?: string;
  readonly lines?: "out" | "in";
  readonly text?: "text/csv";
  readonly example?: Example;
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
