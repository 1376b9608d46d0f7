// Writers at a pace of their own, as a process of its own. In: argv (JSON of `Writing`). Out: one line of JSON (`Written`) on stdout.
// Open model: a write is sent when its turn comes, whether those before it were answered or not, and its time counts from its turn.
// Of 20 writes 7 set a component's status, 7 tell something more of one of the incidents, 2 open an incident, 2 resolve one that was opened
// here, 2 subscribe somebody.
import { seededRandom } from "../../src/base/random.ts";
import { samplePage } from "../../test/support/summary.ts";
import { quantile } from "../suite.ts";
import { componentId, incidentId, isGroup, openIncidents } from "./world.ts";

export interface Writing {
  readonly address: string;
  readonly token: string;
  readonly writesASecond: number;
  readonly seconds: number;
  readonly components: number;
  readonly incidents: number;
}

export interface Written {
  readonly asked: number;
  /** Answered 2xx. */
  readonly ok: number;
  /** Answered 2xx before the last turn had come. */
  readonly inTime: number;
  readonly other: number;
  /** One of the other answers. */
  readonly why: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

interface Write {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly answered?: (body: { readonly id: string }) => void;
}

const statuses = ["degraded_performance", "partial_outage", "operational", "operational"] as const;
const base = `/v1/pages/${samplePage}`;
/** Maintenances at the end of the list, and those that are open, are left alone. */
const leftAlone = 20;

/** One write after the other. */
function writesOf({ components, incidents }: Writing): () => Write {
  const random = seededRandom(7);
  const opened: string[] = [];
  let count = 0;
  const component = (): Write => {
    const at = random.below(components);
    const status = statuses[count % statuses.length];
    return {
      method: "PATCH",
      path: `${base}/components/${componentId(isGroup(at) ? at + 1 : at)}`,
      body: { component: { status } },
    };
  };
  const update = (): Write => ({
    method: "PATCH",
    path: `${base}/incidents/${incidentId(openIncidents + random.below(incidents - leftAlone - openIncidents))}`,
    body: { incident: { body: `What we learnt later, number ${count}.` } },
  });
  const open = (): Write => ({
    method: "POST",
    path: `${base}/incidents`,
    body: { incident: { name: `Trouble ${count}`, status: "investigating", body: "We look into it." } },
    answered: ({ id }) => void opened.push(id),
  });
  const resolve = (): Write => {
    const id = opened.shift();
    return id === undefined
      ? component()
      : {
          method: "PATCH",
          path: `${base}/incidents/${id}`,
          body: { incident: { status: "resolved", body: "All is well." } },
        };
  };
  const subscribe = (): Write => ({
    method: "POST",
    path: `${base}/subscribers`,
    body: { subscriber: { email: `new${count}-${Date.now()}@example.net` } },
  });
  const order = [component, update, open, update, component, update, resolve, component, update, subscribe];
  const turns = [
    ...order,
    component,
    update,
    open,
    update,
    component,
    component,
    resolve,
    update,
    component,
    subscribe,
  ];
  return () => (turns[count++ % turns.length] ?? component)();
}

async function main(writing: Writing): Promise<void> {
  const { address, token, writesASecond, seconds } = writing;
  const next = writesOf(writing);
  const tookMs: number[] = [];
  let [asked, inTime, other, why] = [0, 0, 0, ""];
  const headers = { authorization: `OAuth ${token}`, "content-type": "application/json" };
  const beginMs = performance.now() + 100;
  const endMs = beginMs + seconds * 1_000;
  const send = async (dueMs: number): Promise<void> => {
    const { method, path, body, answered } = next();
    try {
      const response = await fetch(`http://${address}${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 100)}`);
      const nowMs = performance.now();
      tookMs.push(nowMs - dueMs);
      if (nowMs <= endMs) inTime++;
      answered?.(JSON.parse(text) as { id: string });
    } catch (thrown) {
      other++;
      why = `${method} ${path}: ${String(thrown)}`;
    }
  };
  const flying = new Set<Promise<void>>();
  while (asked < writesASecond * seconds) {
    const nowMs = performance.now();
    for (; asked < writesASecond * seconds && beginMs + (asked * 1_000) / writesASecond <= nowMs; asked++) {
      const one = send(beginMs + (asked * 1_000) / writesASecond);
      flying.add(one);
      void one.then(() => flying.delete(one));
    }
    await new Promise((done) => setTimeout(done, 1));
  }
  await Promise.race([Promise.all(flying), new Promise((done) => setTimeout(done, 20_000))]);
  const written: Written = {
    ...{ asked, ok: tookMs.length, inTime, other: other + flying.size, why },
    p50Ms: quantile(tookMs, 0.5),
    p99Ms: quantile(tookMs, 0.99),
    worstMs: quantile(tookMs, 1),
  };
  console.log(JSON.stringify(written));
  process.exit(0);
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? "{}") as Writing);
