// The management API. In: requests in any of the clients' dialects. Out: responses in Statuspage's shapes.
// receive -> authenticate -> plain request -> page -> role -> validate -> answer. The table of endpoints is all there is to route.
import { Elysia, NotFoundError, ValidationError } from "elysia";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { lacking } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import type { Ledger } from "../store/ledger.ts";
import type { PageRows } from "../store/page-rows.ts";
import type { SeriesStore } from "../store/series.ts";
import type { Tokens } from "../store/tokens.ts";
import {
  type ApiError,
  ApiRefusal,
  apiErrorOf,
  errorResponse,
  forbidden,
  jsonResponse,
  notFound,
  unauthenticated,
  unprocessable,
} from "./answer.ts";
import { actorOf, authenticate, may, mayTouch, type Principal } from "./authenticate.ts";
import { componentEndpoints } from "./components.ts";
import { plainRequest } from "./dialect.ts";
import type { Call, Endpoint } from "./endpoint.ts";
import { incidentEndpoints } from "./incidents.ts";
import { metricEndpoints } from "./metrics.ts";
import { pageEndpoints } from "./pages.ts";
import { postmortemEndpoints } from "./postmortems.ts";
import { sentencesOf } from "./validation.ts";

export interface ApiOptions {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit">;
  readonly tokens: Pick<Tokens, "check">;
  readonly series: SeriesStore;
  readonly rows: PageRows;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Every endpoint under /v1, and the source of the API's description. */
export const endpoints: readonly Endpoint[] = [
  ...pageEndpoints,
  ...componentEndpoints,
  ...incidentEndpoints,
  ...postmortemEndpoints,
  ...metricEndpoints,
];

/** Answers one request of the management API. Never throws. */
export type Api = (request: Request) => Promise<Response>;

/** The API of one ledger. */
export function createApi(options: ApiOptions): Api {
  const { log, metrics, tokens } = options;
  const requests = metrics.counter("api_requests_total", "Management requests answered.", "status");
  const principals = new WeakMap<Request, Principal>();
  const app = routed(options, principals);
  const answer = async (request: Request): Promise<Response> => {
    const principal = authenticate(request, tokens);
    if (principal === null) return errorResponse(unauthenticated);
    const plain = await plainRequest(request, limits.apiBodyBytesMax);
    if (!plain.ok) return errorResponse(plain.reason);
    principals.set(plain.value, principal);
    return app.handle(plain.value);
  };
  return async (request) => {
    const response = await answer(request).catch((thrown: unknown) =>
      errorResponse(apiErrorFrom(thrown, log)),
    );
    requests.add(1, String(response.status));
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

function routed(options: ApiOptions, principals: WeakMap<Request, Principal>): Elysia {
  const { ledger, log } = options;
  // Not compiled ahead of time: that reads handlers' source text, which a bundler may change. An editor's request can wait 0.1 ms.
  const app = new Elysia({ aot: false, normalize: "typebox", prefix: "/v1" });
  app.onError(({ error }) => errorResponse(apiErrorFrom(error, log)));
  for (const endpoint of endpoints) {
    for (const method of endpoint.methods) {
      app.route(
        method,
        endpoint.path,
        async ({ request, params, body, query }) => {
          const principal = principalOf(principals, request);
          const view = viewOf(ledger, principal, params);
          const call = callOf(options, principal, view, params);
          const { status, body: said } = await endpoint.answer({ ...call, body, query });
          return jsonResponse(status, said);
        },
        {
          // Before validation: a token of one page must not tell a page that exists from one that does not.
          transform: ({ request, params }) => {
            const principal = principalOf(principals, request);
            const page = viewOf(ledger, principal, params)?.page.id ?? null;
            if (!may(principal, page, endpoint.needs))
              throw new ApiRefusal(forbidden(lacking(endpoint.needs)));
          },
          detail: { summary: endpoint.summary },
          ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
          ...(endpoint.query === undefined ? {} : { query: endpoint.query }),
        },
      );
    }
  }
  return app as unknown as Elysia;
}

type Params = Readonly<Record<string, string>>;

function principalOf(principals: WeakMap<Request, Principal>, request: Request): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new ApiRefusal(unauthenticated);
  return principal;
}

/** The page that a path names; null on a path that names none. */
function viewOf(ledger: ApiOptions["ledger"], principal: Principal, params: Params): PageView | null {
  const page = params.page_id;
  if (page === undefined) return null;
  const view = mayTouch(principal, page) ? ledger.view(page) : null;
  if (view === null) throw new ApiRefusal(notFound("Page"));
  return view;
}

function callOf(
  { ledger, series, rows, clock }: ApiOptions,
  principal: Principal,
  view: PageView | null,
  params: Params,
): Omit<Call<unknown, unknown, PageView | null>, "body" | "query"> {
  return {
    principal,
    view,
    params,
    series,
    rows,
    nowMs: () => clock.wallMs(),
    views: () =>
      ledger
        .pages()
        .filter((page) => mayTouch(principal, page))
        .flatMap((page) => ledger.view(page) ?? []),
    async submit(command) {
      const page = view?.page.id ?? null;
      const done = await ledger.submit(page, command, actorOf(principal));
      if (!done.ok) throw new ApiRefusal(apiErrorOf(done.refusal));
      const after = ledger.view(done.page);
      if (after === null) throw new ApiRefusal(notFound("Page"));
      return { id: done.id, view: after };
    },
  };
}

function apiErrorFrom(thrown: unknown, log: Log): ApiError {
  if (thrown instanceof ApiRefusal) return thrown.answer;
  if (thrown instanceof NotFoundError) return notFound("Address");
  if (thrown instanceof ValidationError) return unprocessable(...sentencesOf(thrown));
  if (thrown instanceof Fault && thrown.code !== "internal") {
    log.error(thrown.message, { code: thrown.code });
    return { status: 503, error: `${thrown.message} ${thrown.remedy}` };
  }
  log.error(`A management request failed: ${messageOf(thrown)}.`);
  return { status: 500, error: "The request failed. The server's log says why." };
}
