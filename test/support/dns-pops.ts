// POPs as a DNS node meets them: listeners that give a signed report on the visitors' way. In: names. Out: a plan's lines for each, and an end.
import { systemRandom } from "../../src/base/random.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signReport } from "../../src/snapshot/report.ts";

export interface ReportingPop {
  /** `key` and `probe` of a `[[pop]]`. */
  readonly plan: string;
  /** From now on the report says this load, in thousandths. */
  load(thousandths: number): void;
  /** From now on nothing answers there. */
  end(): Promise<void>;
}

export function reportingPop(): ReportingPop {
  const { secretKey: key, publicKey } = generateKeyPair("pop", systemRandom);
  let load = 100;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch() {
      const now = Date.now();
      const report = { sequence: now, timeMs: now, level: 0, load, beat: 7, pages: 1, differing: 0 } as const;
      return new Response(Buffer.from(signReport({ ...report, held: [] }, key)));
    },
  });
  return {
    plan: `key = "${publicKey}"\nprobe = "http://127.0.0.1:${server.port}"\n`,
    load: (thousandths) => {
      load = thousandths;
    },
    end: () => server.stop(true),
  };
}
