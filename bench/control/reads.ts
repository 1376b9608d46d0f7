// What is read of a management API, each kind under its own name. In: how large the world is. Out: requests; what each kind took.
import { samplePage } from "../../test/support/summary.ts";
import { type Figure, quantile } from "../suite.ts";
import type { Ask, Asked } from "./plane.ts";
import { componentId, incidentId, mailOf, type Sizes } from "./world.ts";

const base = `/v1/pages/${samplePage}`;
const perPage = 100;

export interface Kind {
  readonly name: string;
  /** The request of the n-th time. */
  asked(n: number): Asked;
}

const at = (name: string, path: string): Kind => ({ name, asked: () => ({ path: `${base}${path}` }) });

/** `subscriber` is an id. */
export function kindsOf({ components, incidents, subscribers }: Sizes, subscriber: string): readonly Kind[] {
  const last = (count: number): number => Math.ceil(count / perPage);
  const lastSubscribers = Math.floor((0.9 * subscribers) / perPage) - 1;
  return [
    at("components", "/components?per_page=100"),
    at("components, last page", `/components?per_page=100&page=${last(components)}`),
    { name: "one component", asked: (n) => ({ path: `${base}/components/${componentId(n % components)}` }) },
    at("incidents", "/incidents"),
    at("incidents, middle page", `/incidents?page=${last(incidents / 2)}`),
    at("incidents, last page", `/incidents?page=${last(incidents)}`),
    at("incidents, unresolved", "/incidents/unresolved"),
    at("incidents, found by a word", "/incidents?q=rollback"),
    at("incidents, found by nothing", "/incidents?q=xyzzyx"),
    {
      name: "one incident",
      asked: (n) => ({ path: `${base}/incidents/${incidentId((n * 37) % incidents)}` }),
    },
    at("subscribers", "/subscribers"),
    at("subscribers, last page", `/subscribers?page=${lastSubscribers}`),
    at("subscribers, latest first", "/subscribers?sort_field=created_at&sort_direction=desc"),
    {
      name: "subscribers, one found",
      asked: (n) => ({ path: `${base}/subscribers?q=${mailOf((n * 1_301) % subscribers)}` }),
    },
    at("subscribers, all found", "/subscribers?q=example.com&sort_field=relevance"),
    at("subscribers, last page of all found", `/subscribers?q=example.com&page=${lastSubscribers}`),
    at("subscribers, counted", "/subscribers/count"),
    at("subscribers, histogram", "/subscribers/histogram_by_state"),
    at("one subscriber", `/subscribers/${subscriber}`),
  ];
}

/** All kinds in turn, `rounds` times; what is asked for first is not counted. */
export async function readAll(ask: Ask, kinds: readonly Kind[], rounds: number): Promise<readonly Figure[]> {
  const tookMs = new Map(kinds.map(({ name }) => [name, [] as number[]]));
  for (let n = -5; n < rounds; n++)
    for (const { name, asked } of kinds) {
      const took = await ask(asked(Math.abs(n)));
      if (n >= 0) tookMs.get(name)?.push(took.tookMs);
    }
  return [...tookMs].flatMap(([name, ms]): Figure[] => [
    { what: `read ${name}, p50`, value: quantile(ms, 0.5), unit: "ms" },
    { what: `read ${name}, p99`, value: quantile(ms, 0.99), unit: "ms", contract: "< 25 ms" },
  ]);
}
