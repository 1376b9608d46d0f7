// A POP to be attacked, in one process so that an answer tells that what came before it was handled. In: a runtime. Out: its addresses, its counters.
import { frontRoutes, type PageInput, signedPage } from "../edge/fixture.ts";
import { metricsAt } from "../support/metrics.ts";
import { startPop, type TestPop } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { type RawAnswer, rawGet } from "../support/raw-http.ts";
import { canaryText, visitedHost } from "./smuggling-cases.ts";

export interface AttackedPop extends Pick<TestPop, "pid" | "visitors" | "log"> {
  readonly ops: { readonly host: string; readonly port: number };
  /** Where it feeds others, with `--feed`. */
  readonly feed: { readonly host: string; readonly port: number };
  /** A visitor's request on a new connection. */
  visit(path?: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** Resolves when a visitor who came later was answered rightly, twice; throws where one was not. */
  settled(): Promise<void>;
  /** Requests that the POP has handled, without those that `settled` asked. */
  requests(): Promise<number>;
  end(): Promise<void>;
}

export async function startAttackedPop(
  program: string,
  more: { readonly flags?: readonly string[]; readonly routes?: PageInput["routes"] } = {},
): Promise<AttackedPop> {
  const routes = { ...frontRoutes("calm"), "/canary": { body: canaryText }, ...more.routes };
  const page = await signedPage({ page: "p1", hosts: [visitedHost], generation: 7, routes });
  // Long without a source: nothing of an answer changes while it is attacked.
  const held = await makePopFolder([page], Date.now() - 3_600_000);
  const trusted = ["--data", held.folder, "--root-key", held.rootFile];
  const places = ["--listen", "127.0.0.1:0", "--ops", "127.0.0.1:0"];
  const pop = await startPop([...trusted, ...places, "--workers", "0", ...(more.flags ?? [])], program);
  const { ops } = pop;
  if (ops === null) throw new Error("the POP has no ops address");
  let own = 0;
  const visit = (path = "/icon.svg", headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> => {
    own++;
    return rawGet(pop.visitors, path, { Host: visitedHost, ...headers });
  };
  return {
    pid: pop.pid,
    visitors: pop.visitors,
    log: pop.log,
    ops,
    feed: pop.feed ?? { host: "", port: 0 },
    visit,
    async settled() {
      for (let time = 0; time < 2; time++) {
        const { status, body } = await visit();
        if (status !== 200 || body.toString() !== "<svg>calm</svg>")
          throw new Error(`A visitor was answered ${status} ${body}`);
      }
    },
    async requests() {
      const counted = await metricsAt(`${ops.host}:${ops.port}`);
      return counted.sum("edge_requests_total") - own;
    },
    async end() {
      await pop.stop();
      held.remove();
    },
  };
}
