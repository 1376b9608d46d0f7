// Holds every answer of an API to what its table promises. In: an API. Out: the same API; an answer that is not as promised is an error.
import { expect } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import type { TSchema } from "elysia";
import { errorAnswerOf } from "../../src/control/answers.ts";
import type { Endpoint } from "../../src/control/endpoint.ts";
import { promisedOf } from "../../src/control/openapi.ts";
import { refusalsOf } from "../../src/control/openapi-words.ts";
import { methodsOf, tables } from "../../src/control/table.ts";

type Api = (request: Request) => Promise<Response>;

type Method = Endpoint["methods"][number];

interface Promised {
  readonly method: Method;
  readonly path: RegExp;
  readonly endpoint: Endpoint;
}

/** Fixed words before parameters, as the router has it: `/incidents/scheduled` is no incident. */
const promised: readonly Promised[] = tables
  .flatMap(({ prefix, endpoints }) =>
    endpoints.flatMap((endpoint) =>
      endpoint.methods.map((method) => ({
        method,
        path: new RegExp(`^${(prefix + endpoint.path).replaceAll(/:\w+/g, "[^/]+")}$`),
        endpoint,
      })),
    ),
  )
  .sort((a, b) => a.endpoint.path.split(":").length - b.endpoint.path.split(":").length);

export function checkedAnswers(api: Api): Api {
  return async (request) => {
    const response = await api(request);
    const url = new URL(request.url);
    const path = url.pathname
      .replaceAll(/\/{2,}/g, "/")
      .replace(/\/$/, "")
      .replace(/\.json$/, "");
    const row = methodsOf(path).includes(request.method)
      ? promised.find((one) => one.method === request.method && one.path.test(path))
      : undefined;
    if (row !== undefined) await check(row, response.clone() as Response);
    return response;
  };
}

async function check({ method, endpoint }: Promised, response: Response): Promise<void> {
  const name = `${method} ${endpoint.path}`;
  const promised = promisedFor(endpoint, method, String(response.status));
  if (promised === undefined)
    throw new Error(`${name} answered ${response.status}, which its row does not promise.`);
  const text = await response.text();
  if (promised === null) {
    if (text !== "") throw new Error(`${name} promised no body.`);
    return;
  }
  const { lines } = endpoint;
  for (const one of lines === "out" && response.ok ? text.trim().split("\n") : [text])
    checkOne(name, promised, JSON.parse(one));
}

function checkOne(name: string, promised: TSchema, value: unknown): void {
  const first = Value.Errors(promised, value).First();
  if (first !== undefined)
    throw new Error(`${name} is not what its row promises: ${first.path} ${first.message}`);
  // What is not promised is not told: a reader of the document would not know of it.
  expect([name, value]).toEqual([name, Value.Clean(promised, structuredClone(value))]);
}

function promisedFor(endpoint: Endpoint, method: Method, status: string): TSchema | null | undefined {
  const said = promisedOf(endpoint, method).find(([of]) => of === status)?.[1];
  if (said !== undefined) return said;
  return refusalsOf(endpoint, method).includes(status) ? errorAnswerOf(status) : undefined;
}
