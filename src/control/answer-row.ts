// One row's answer, with what all rows have in common: the page, `If-Match` before, the entity's tag after, dry runs. In: a row, a validated request.
// Out: the response. Throws ApiRefusal, and what else went wrong.
import type { Log } from "../base/log.ts";
import { versionOf } from "../model/versions.ts";
import type { PageView } from "../model/view.ts";
import { type ApiError, ApiRefusal, jsonResponse } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { type CallOptions, openCall, type Params, viewFor } from "./call.ts";
import { DryRunEnd } from "./dry-run.ts";
import type { Answer, Endpoint } from "./endpoint.ts";
import {
  createTold,
  type Entity,
  entityOf,
  matches,
  readsItself,
  type Told,
  tagOf,
} from "./entity-versions.ts";
import { linesResponse } from "./lines.ts";
import { endpoints } from "./table.ts";

export interface Validated extends Asked {
  readonly params: Params;
  readonly body: unknown;
  readonly query: unknown;
}

export type AnswerRow = (endpoint: Endpoint, request: Validated) => Promise<Response>;

export function createAnswers(options: CallOptions & { readonly log: Log }): AnswerRow {
  const told = createTold();
  return async (endpoint, request) => {
    const { params, body, query } = request;
    const view = viewFor(options, request.principal, params);
    const entity = view === null ? null : entityOf(endpoint, params);
    const unchanged =
      request.ifMatch === null ? undefined : await basis(options, told, endpoint, request, view, entity);
    const { call, rehearsal } = openCall(options, request, view, params, unchanged);
    try {
      const said = await endpoint.answer({ ...call, body, query });
      if (rehearsal !== null) return plain(rehearsal.outcome(said));
      if (endpoint.lines === "out") return linesResponse(said.body as AsyncIterable<unknown>, options.log);
      return jsonResponse(said.status, said.body, tagged(options, told, endpoint, params, said));
    } catch (thrown) {
      if (rehearsal !== null && thrown instanceof DryRunEnd) return plain(rehearsal.outcome(null));
      if (!(thrown instanceof ApiRefusal) || thrown.answer.status !== 412 || entity === null) throw thrown;
      // Somebody was faster between the look above and the command's turn.
      throw new ApiRefusal(await stale(options, told, endpoint, request, entity));
    }
  };
}

const plain = ({ status, body }: Answer): Response => jsonResponse(status, body);

/** The header of an answer that tells an entity, which is remembered under it. */
function tagged(
  { ledger }: CallOptions,
  told: Told,
  endpoint: Endpoint,
  params: Params,
  { status, body }: Answer,
): Record<string, string> {
  const made = status === 201 ? (body as { readonly id?: unknown } | null)?.id : undefined;
  const entity = entityOf(endpoint, params, typeof made === "string" ? made : undefined);
  const view = ledger.view(params.page_id ?? "");
  const tag = entity === null || view === null ? null : tagOf(view, entity);
  if (entity === null || view === null || tag === null) return {};
  if (entity.itself && body !== null) told.note(view.page.id, entity, tag, body);
  return { etag: tag };
}

/** What the command has to find unchanged. Throws where it is changed already. */
async function basis(
  options: CallOptions,
  told: Told,
  endpoint: Endpoint,
  request: Validated,
  view: PageView | null,
  entity: Entity | null,
) {
  if (view === null || entity === null)
    throw new ApiRefusal({
      status: 412,
      error: "What this address speaks of has no version: leave If-Match out.",
    });
  const version = versionOf(view, entity.kind, entity.id);
  // The row says that there is none.
  if (version === null) return undefined;
  if (!matches(request.ifMatch ?? "", `"${version}"`))
    throw new ApiRefusal(await stale(options, told, endpoint, request, entity));
  return { kind: entity.kind, id: entity.id, version };
}

/** Both versions: the one that the edit was based on, where it is known, and the one that is there. */
async function stale(
  options: CallOptions,
  told: Told,
  endpoint: Endpoint,
  request: Validated,
  entity: Entity,
): Promise<ApiError> {
  const { params, principal } = request;
  const view = viewFor(options, principal, params);
  const reads = endpoints.find((other) => readsItself(endpoint, other));
  const { call } = openCall(options, { ...request, dryRun: true }, view, params);
  const current = await reads?.answer({ ...call, body: undefined, query: {} });
  const page = params.page_id ?? "";
  const [based = ""] = (request.ifMatch ?? "").split(",").map((one) => one.trim());
  return {
    status: 412,
    error:
      "It was changed since the version that If-Match names: look at `current`, and send what is still right.",
    more: {
      based_on: { etag: based, body: told.find(page, entity, based) },
      current: { etag: view === null ? null : tagOf(view, entity), body: current?.body ?? null },
    },
  };
}
