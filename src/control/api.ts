// The management API. In: requests in any of the clients' dialects. Out: responses in Statuspage's shapes.
// receive -> authenticate -> plain request -> page -> role -> validate -> answer. The table of endpoints is all there is to route.
import { Elysia, NotFoundError, type TSchema, ValidationError } from "elysia";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { lacking } from "../model/roles.ts";
import { authenticate, may, type Principal } from "../people/principal.ts";
import type { Replays } from "../store/replays.ts";
import type { Tokens } from "../store/tokens.ts";
import {
  type ApiError,
  ApiRefusal,
  errorResponse,
  forbidden,
  notFound,
  tooMany,
  unauthenticated,
  unprocessable,
  wrongMethod,
} from "./answer.ts";
import { createAnswers } from "./answer-row.ts";
import { type Asked, askedOf } from "./asked.ts";
import { type CallOptions, type Params, viewFor } from "./call.ts";
import { plainRequest } from "./dialect.ts";
import type { Endpoint } from "./endpoint.ts";
import { createOnce, printOf } from "./idempotency.ts";
import { linesIn } from "./lines.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createReference } from "./reference.tsx";
import { bodyBytesMaxOf, methodsOf, tables, takesLines, takesText, wordsAt } from "./table.ts";
import { sentencesOf } from "./validation.ts";

export interface ApiOptions extends CallOptions {
  readonly tokens: Pick<Tokens, "check">;
  readonly replays: Replays;
  /** For each key; 0: no bound. Default `limits.apiRequestsPerMinute`. */
  readonly requestsPerMinute?: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Answers one request of the management API. Never throws. */
export type Api = (request: Request) => Promise<Response>;

/** The API of one ledger. */
export function createApi(options: ApiOptions): Api {
  const { log, metrics, tokens, clock, requestsPerMinute = limits.apiRequestsPerMinute } = options;
  const requests = metrics.counter("api_requests_total", "Management requests answered.", "status");
  const reference = createReference(tables);
  const rate = createRateLimit(requestsPerMinute, clock);
  const carryOut = createCarryOut(options);
  const answer = async (request: Request): Promise<Response> => {
    const told = reference(pathOf(request));
    if (told !== null) return told;
    const principal = authenticate(request, tokens);
    if (principal === null) return errorResponse(unauthenticated);
    // Before the body is read: a flood costs as little as can be.
    const { allowed, headers } = rate(`${principal.kind}/${principal.id}`);
    const response = allowed
      ? await carryOut(request, principal).catch((thrown) => errorResponse(apiErrorFrom(thrown, log)))
      : errorResponse(tooMany);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  };
  return async (request) => {
    const response = await answer(request).catch((thrown: unknown) =>
      errorResponse(apiErrorFrom(thrown, log)),
    );
    requests.add(1, String(response.status));
    return request.method === "HEAD" ? new Response(null, response) : response;
  };
}

/** A request of somebody who is known. */
function createCarryOut(options: ApiOptions): (request: Request, principal: Principal) => Promise<Response> {
  const asked = new WeakMap<Request, Asked>();
  const app = routed(options, asked);
  const once = createOnce(options.replays);
  return async (request, principal) => {
    const path = pathOf(request);
    const lined = takesLines(path);
    const plain = await plainRequest(lined ? bodiless(request) : request, bodyBytesMaxOf(path), takesText);
    if (!plain.ok) return errorResponse(plain.reason);
    const { value: inner } = plain;
    const wanted = askedOf(request, principal);
    if (!wanted.ok) return errorResponse(wanted.reason);
    const { key } = wanted.value;
    const lines = lined ? { lines: linesIn(request.body, bodyBytesMaxOf(path)) } : {};
    asked.set(inner, { ...wanted.value, ...lines });
    // What comes in lines is carried out as it comes, and a second time changes nothing: it needs no key.
    if (key === null || lined) return app.handle(inner);
    const asker = `${principal.kind}/${principal.id}`;
    const print = printOf(inner.method, inner.url, await inner.clone().text());
    // By the day: a key that was forgotten is a new one.
    const day = Math.floor(options.clock.wallMs() / limits.replayMs);
    asked.set(inner, { ...wanted.value, seed: `${asker}/${key}/${print}/${day}` });
    return once({ asker, key, print }, async () => app.handle(inner));
  };
}

const bodiless = ({ url, method }: Request): Request => new Request(url, { method });

function routed(options: ApiOptions, asked: WeakMap<Request, Asked>): Elysia {
  // Not compiled ahead of time: that reads handlers' source text, which a bundler may change. An editor's request can wait 0.1 ms.
  const answerOf = createAnswers(options);
  const areRead = subscribersRead(options);
  const app = new Elysia({ aot: false, normalize: "typebox" });
  app.onError(({ error, request }) => {
    const methods = error instanceof NotFoundError ? methodsOf(pathOf(request)) : [];
    return errorResponse(
      methods.length > 0 ? wrongMethod(request.method, methods) : apiErrorFrom(error, options.log),
    );
  });
  for (const { prefix, endpoints } of tables)
    for (const endpoint of endpoints) {
      const refuseAddress = addressCheck(endpoint.path, endpoints);
      for (const method of endpoint.methods) {
        app.route(
          method,
          prefix + endpoint.path,
          async ({ request, params, body, query }) => {
            if (ofSubscribers.test(endpoint.path)) await areRead();
            return answerOf(endpoint, { ...askedIn(asked, request), params, body, query });
          },
          {
            // Before validation: a token of one page must not tell a page that exists from one that does not.
            transform: ({ request, params }) => {
              const { principal } = askedIn(asked, request);
              refuseAddress(request, params);
              const page = viewFor(options, principal, params)?.page.id ?? null;
              if (!may(principal, page, endpoint.needs))
                throw new ApiRefusal(forbidden(lacking(endpoint.needs)));
            },
            ...(endpoint.body === undefined ? {} : { body: open(endpoint.body) }),
            ...(endpoint.query === undefined ? {} : { query: open(endpoint.query) }),
          },
        );
      }
    }
  return app as unknown as Elysia;
}

/** Rows whose answer waits until the subscribers of all pages are read, once after a start. */
const ofSubscribers = /\/(subscribers|person|suppressions|bounces|webhooks)(\/|$)/;

/** Waits for them, and no longer than whoever asks keeps a connection. Throws ApiRefusal. */
function subscribersRead({ subscribers, clock }: ApiOptions): () => Promise<void> {
  let isOver = false;
  return async () => {
    if (isOver) return;
    const late = Promise.withResolvers<boolean>();
    const timer = clock.after(limits.subscribersWaitedMs, () => late.resolve(false));
    // What is wrong with them is said by what asks them.
    const read = subscribers.ready().then(
      () => true,
      () => true,
    );
    isOver = await Promise.race([read, late.promise]);
    timer.cancel();
    if (isOver) return;
    const error = "Subscribers are still being read after a start. Ask again.";
    throw new ApiRefusal({ status: 503, error, headers: { "retry-after": "5" } });
  };
}

/** An address of a row, by its shape, may be another one's all the same, or nobody's. */
function addressCheck(
  path: string,
  endpoints: readonly Endpoint[],
): (request: Request, params: Params) => void {
  const last = /:(\w+)$/.exec(path)?.[1] ?? "";
  const words = last === "" ? new Set<string>() : wordsAt(path, endpoints);
  return (request, params) => {
    if (Object.values(params).some((name) => name.length > limits.idCharsMax))
      throw new ApiRefusal(notFound("Address"));
    if (words.has(params[last] ?? ""))
      throw new ApiRefusal(wrongMethod(request.method, methodsOf(pathOf(request))));
  };
}

/** The path as it was sent, unread. */
const pathOf = ({ url }: Request): string => /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? "";

function askedIn(asked: WeakMap<Request, Asked>, request: Request): Asked {
  const found = asked.get(request);
  if (found === undefined) throw new ApiRefusal(unauthenticated);
  return found;
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

/** What a request says beside its schema is left unread, as Statuspage does: clients send fields that only others know. */
const open = (schema: TSchema): TSchema => ({ ...schema, additionalProperties: true });
