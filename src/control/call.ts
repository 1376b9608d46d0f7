// What an endpoint's answer is made from. In: the ledger and the other parts, what a request asks, its page. Out: a call that acts, or
// one that only says what would become of it.
import type { Clock } from "../base/clock.ts";
import type { PageView } from "../model/view.ts";
import { actorOf, byOf, mayTouch, type Principal } from "../people/principal.ts";
import type { Change } from "../store/commit.ts";
import type { Ledger, SubmitOptions, Submitted } from "../store/ledger.ts";
import type { PageRows } from "../store/page-rows.ts";
import { ApiRefusal, apiErrorOf, notFound, tooManyRows } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { type Rehearsal, rehearsalOf } from "./dry-run.ts";
import type { Call, Parts, RowsBeside } from "./endpoint.ts";

export interface CallOptions extends Parts {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "preview">;
  readonly clock: Clock;
}

/** The parameters of a path. */
export type Params = Readonly<Record<string, string>>;

export interface OpenCall {
  readonly call: Omit<Call<unknown, unknown, PageView | null>, "body" | "query">;
  /** Present in a dry run. */
  readonly rehearsal: Rehearsal | null;
}

/** The page that a path names; null on a path that names none. Throws ApiRefusal where the principal may not know of it. */
export function viewFor(
  { ledger }: Pick<CallOptions, "ledger">,
  principal: Principal,
  { page_id: page }: Params,
): PageView | null {
  if (page === undefined) return null;
  const view = mayTouch(principal, page) ? ledger.view(page) : null;
  if (view === null) throw new ApiRefusal(notFound("Page"));
  return view;
}

export function openCall(
  options: CallOptions,
  asked: Asked,
  view: PageView | null,
  params: Params,
  unchanged?: SubmitOptions["unchanged"],
): OpenCall {
  const { ledger, clock, ...parts } = options;
  const { principal } = asked;
  const rehearsal = asked.dryRun ? rehearsalOf(options, principal, view) : null;
  const call = {
    ...parts,
    principal,
    view,
    params,
    nowMs: () => clock.wallMs(),
    lines: asked.lines,
    views: () =>
      ledger
        .pages()
        .filter((page) => mayTouch(principal, page))
        .flatMap((page) => ledger.view(page) ?? []),
    ...(rehearsal ?? actsOf(options, asked, view, unchanged)),
  };
  return { call, rehearsal };
}

function actsOf(
  { ledger, rows }: CallOptions,
  { principal, seed }: Asked,
  view: PageView | null,
  unchanged: SubmitOptions["unchanged"],
): Pick<Call<unknown, unknown, PageView | null>, "submit" | "effect"> {
  let count = 0;
  return {
    async submit(commands, following, beside) {
      count++;
      const submit = (along: readonly Change[]) =>
        ledger.submit(view?.page.id ?? null, commands, actorOf(principal), {
          following,
          along,
          ...(seed === null ? {} : { seed: `${seed}/${count}`, repeat: true }),
          // What the call itself has changed since is no other's change.
          ...(count > 1 || unchanged === undefined ? {} : { unchanged }),
        });
      const done = await (beside === undefined ? submit([]) : keptWith(rows, beside, principal, submit));
      if (!done.ok) throw new ApiRefusal(apiErrorOf(done.refusal));
      const after = ledger.view(done.page);
      if (after === null) throw new ApiRefusal(notFound("Page"));
      return { id: done.id, view: after };
    },
    effect: (write) => write(),
  };
}

/** Rows and what `submit` keeps, in one transaction: a process that ends in between leaves both or neither. */
async function keptWith(
  rows: PageRows,
  { page, decide }: RowsBeside,
  principal: Principal,
  submit: (along: readonly Change[]) => Promise<Submitted>,
): Promise<Submitted> {
  let done: Submitted | null = null;
  const kept = await rows.write(page, decide, byOf(principal), async (along) => {
    done = await submit(along);
  });
  if (!kept.ok || done === null) throw new ApiRefusal(tooManyRows());
  return done;
}
