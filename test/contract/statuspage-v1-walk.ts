// How operations of the specification are asked. In: their names. Out: answers that keep to it, and a record of what was answered.
import { afterAll, beforeAll, expect } from "bun:test";
import { type ControlWorld, openControlWorld } from "../control/control-world.ts";
import { skipUnless } from "../support/skip.ts";
import { faultsOf, operations, specificationPresent } from "./specification.ts";

export const test = skipUnless(specificationPresent, "../shared/reference is absent");

export let world: ControlWorld;
/** One world for all walks. */
export function openWorld(): void {
  beforeAll(async () => {
    world = await openControlWorld();
  });
  afterAll(() => world.close());
}

/** Operations that were asked and answered as the specification says. */
export const answered = new Set<string>();

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes
export type Json = any;

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** Default: the page's. */
  readonly key?: string;
}

/** Asks one operation, named as the specification names it, and gives its answer. */
export async function ask(
  name: string,
  status: number,
  { params = {}, query = "", body, key }: Asked = {},
): Promise<Json> {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`The specification has no ${name}.`);
  const values: Readonly<Record<string, string>> = { page_id: world.page, ...params };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `no-${name}`);
  const reply = await world.send(operation.method, `/v1${path}${query}`, body, key);
  const told = `${name} ${JSON.stringify(reply.json)?.slice(0, 600)}`;
  expect(`${reply.status} ${told}`).toBe(`${status} ${told}`);
  expect(operation.statuses).toContain(status);
  expect(faultsOf(operation, status, reply.json).map((fault) => `${name}: ${fault}`)).toEqual([]);
  answered.add(name);
  return reply.json;
}

/** Each change by both words for it; what was sent comes back. */
export async function change(
  path: string,
  params: Asked["params"],
  body: Json,
  read: string | null,
): Promise<void> {
  const sent = Object.values(body)[0];
  for (const method of ["PATCH", "PUT"] as const) {
    const done = await ask(`${method} ${path}`, 200, { ...(params && { params }), body });
    expect(done).toMatchObject(sent as object);
    if (read !== null)
      expect(await ask(`GET ${read}`, 200, { ...(params && { params }) })).toMatchObject(sent as object);
  }
}

export const ids = (list: Json): readonly string[] => list.map(({ id }: { id: string }) => id);
