// Holds every answer of an API to what its table promises. In: an API. Out: the same API; an answer that is not as promised is an error.
import { expect } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import type { Endpoint } from "../../src/control/endpoint.ts";
import { tables } from "../../src/control/table.ts";

type Api = (request: Request) => Promise<Response>;

interface Promised {
  readonly method: string;
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
    const row = promised.find((one) => one.method === request.method && one.path.test(path));
    if (row !== undefined && response.status < 300 && url.searchParams.get("dry_run") !== "true")
      await check(row.endpoint, response.clone() as Response);
    return response;
  };
}

async function check({ answers, methods, path }: Endpoint, response: Response): Promise<void> {
  const name = `${methods.join("|")} ${path}`;
  const schema = answers[response.status];
  if (schema === undefined)
    throw new Error(`${name} answered ${response.status}, which its row does not promise.`);
  const text = await response.text();
  if (schema === null) {
    if (text !== "") throw new Error(`${name} promised no body.`);
    return;
  }
  const value: unknown = JSON.parse(text);
  const first = Value.Errors(schema, value).First();
  if (first !== undefined)
    throw new Error(`${name} is not what its row promises: ${first.path} ${first.message}`);
  // What is not promised is not told: a reader of the document would not know of it.
  expect([name, value]).toEqual([name, Value.Clean(schema, structuredClone(value))]);
}
