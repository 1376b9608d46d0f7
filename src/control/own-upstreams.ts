// /api/pharos/v1/pages/{page_id}/upstreams. In: calls. Out: vendors that the page shows and sets components by, with what is known of each.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { UpstreamFields } from "../model/command.ts";
import { type UpstreamSource, upstreamPage, upstreamStates } from "../model/upstream.ts";
import { shownUpstreams, type UpstreamResults } from "../model/upstream-shown.ts";
import { vendors } from "../model/vendors.ts";
import type { PageView } from "../model/view.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { maybe, oneOf, pageOf, paging, said, text } from "./fields.ts";
import { isoOrNull } from "./own-fields.ts";
import { upstreamSource } from "./upstream-shape.ts";

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  vendor: maybe(orNull(text(64, 1))),
  source: maybe(orNull(upstreamSource)),
  url: maybe(orNull(text(limits.upstreamAddressCharsMax))),
  component_id: maybe(orNull(text(limits.idCharsMax))),
};
const body = t.Object({ upstream: t.Object(fields) });
type Said = (typeof body)["static"]["upstream"];

const upstreamAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    name: t.String(),
    vendor: orNull(t.String()),
    source: orNull(upstreamSource),
    url: orNull(t.String()),
    component_id: orNull(id()),
    status: oneOf(upstreamStates),
    description: orNull(t.String()),
    reason: orNull(t.String()),
    last_known: orNull(t.String()),
    updated_at: orNull(time()),
    checked_at: orNull(time()),
    confirmed_at: orNull(time()),
    response_ms: orNull(t.Number()),
  },
  { title: "Upstream" },
);

interface Known {
  readonly results: UpstreamResults;
  readonly nowMs: number;
}

function shapes(view: PageView, { results, nowMs }: Known) {
  return shownUpstreams(view, results, nowMs).map(({ upstream, ...shown }) => ({
    ...{ id: upstream.id, page_id: view.page.id, name: upstream.name, vendor: upstream.vendor },
    ...{ source: upstream.source, url: upstreamPage(upstream), component_id: upstream.componentId },
    ...{ status: shown.state, description: shown.said, reason: shown.why, last_known: shown.lastKnown },
    updated_at: isoOrNull(shown.updatedAt),
    checked_at: isoOrNull(shown.checkedAt),
    confirmed_at: isoOrNull(shown.confirmedAt),
    response_ms: shown.ms,
  }));
}

function shapeOf(view: PageView, wanted: string | undefined, known: Known) {
  const found = shapes(view, known).find(({ id }) => id === wanted);
  if (found === undefined) throw new ApiRefusal(notFound("Upstream"));
  return found;
}

/** "" of a component is none. */
function fieldsOf(asked: Said): UpstreamFields {
  const told = {
    name: said(asked.name),
    vendor: asked.vendor,
    source: asked.source as UpstreamSource | null | undefined,
    url: asked.url,
    componentId: asked.component_id === "" ? null : asked.component_id,
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

const none: UpstreamResults = new Map();
const base = "/pages/:page_id/upstreams";

export const ownUpstreamEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/vendors",
    summary: "List the vendors that are known by name",
    needs: "read",
    answers: {
      200: t.Array(
        t.Object({ id: id(), name: t.String(), format: t.String(), address: t.String(), page: t.String() }),
      ),
    },
    answer: () =>
      answer(
        200,
        vendors.map(({ id, name, format, address, page }) => ({ id, name, format, address, page })),
      ),
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/upstreams",
    summary: "List the vendors that a page shows, with what is known of each",
    needs: "read",
    answers: { 200: t.Array(upstreamAnswer) },
    query: t.Object(paging),
    answer: ({ view, query, upstreams, nowMs }) =>
      answer(200, pageOf(shapes(view, { results: upstreams?.results() ?? none, nowMs: nowMs() }), query)),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/upstreams",
    summary: "Show a vendor",
    description:
      "By `vendor`, one of the list, or by a `source` of its own: a format and an address. `source.options.component` narrows either to one component, product or region. With `component_id` its state sets that component, until a person changes it.",
    needs: "edit",
    answers: { 201: upstreamAnswer },
    example: { body: { upstream: { vendor: "cloudflare" } } },
    body,
    async answer({ body: { upstream: asked }, submit, upstreams, nowMs }) {
      const made = await submit({ kind: "upstream.create", fields: fieldsOf(asked) });
      return answer(
        201,
        shapeOf(made.view, made.id, { results: upstreams?.results() ?? none, nowMs: nowMs() }),
      );
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:upstream_id`,
    summary: "Get a vendor that a page shows",
    needs: "read",
    answers: { 200: upstreamAnswer },
    answer: ({ view, params, upstreams, nowMs }) =>
      answer(
        200,
        shapeOf(view, params.upstream_id, { results: upstreams?.results() ?? none, nowMs: nowMs() }),
      ),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:upstream_id`,
    summary: "Change a vendor that a page shows",
    needs: "edit",
    answers: { 200: upstreamAnswer },
    example: { body: { upstream: { name: "Source code" } } },
    body,
    async answer({ body: { upstream: asked }, params, submit, upstreams, nowMs }) {
      const known = { results: upstreams?.results() ?? none, nowMs: nowMs() };
      const done = await submit({
        kind: "upstream.update",
        id: params.upstream_id ?? "",
        fields: fieldsOf(asked),
      });
      return answer(200, shapeOf(done.view, params.upstream_id, known));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:upstream_id`,
    summary: "Show a vendor no more",
    needs: "edit",
    answers: { 200: upstreamAnswer },
    async answer({ view, params, submit, upstreams, nowMs }) {
      const known = { results: upstreams?.results() ?? none, nowMs: nowMs() };
      const gone = shapeOf(view, params.upstream_id, known);
      await submit({ kind: "upstream.delete", id: gone.id });
      return answer(200, gone);
    },
  }),
];
