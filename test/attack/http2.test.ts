// Attacks by HTTP/2 on a POP beside a visitor: the visitor is answered, and the process stays small.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { makeCertificate } from "../support/certificate.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { secureAsk } from "../support/secure-ask.ts";
import { skipUnless } from "../support/skip.ts";
import { attacks } from "./http2-attacks.ts";

setDefaultTimeout(60_000);

const name = "status.example";
const bigPath = "/big.json";
/** As no compression makes it small: 300 kB, more than any page of the demo. */
const bigBody = Array.from(
  { length: 10_000 },
  (_none, at) => `${at * 7_919}: ${(at * 104_729) % 1_000_003}`,
).join("\n");
const page = await signedPage({
  page: "p1",
  hosts: [name],
  generation: 7,
  routes: { ...frontRoutes("calm"), [bigPath]: { body: bigBody.slice(0, 300_000) } },
});
const rssMiBMax = 300;
const answerMsMax = 3_000;

for (const runtime of runtimes) describe(`attack/http2 on ${runtime.name}`, () => attacksOn(runtime));

function attacksOn(runtime: Runtime): void {
  const { test } = runtime;
  let held: PopFolder;
  let pop: TestPop;
  beforeAll(async () => {
    if (!runtime.present) return;
    held = await makePopFolder([page]);
    const { chain, key } = makeCertificate([name]);
    writeFileSync(join(held.folder, "a.crt"), chain);
    writeFileSync(join(held.folder, "a.key"), key);
    const trusted = ["--data", held.folder, "--root-key", held.rootFile, "--workers", "0"];
    const places = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--certs", held.folder];
    pop = await startPop([...trusted, ...places], await runtime.program());
  }, 60_000);
  afterAll(async () => {
    if (!runtime.present) return;
    await pop.stop();
    held.remove();
  });

  for (const { name: says, hurts = [], run } of attacks) {
    const bears = !hurts.includes(runtime.name);
    const testHere = bears ? test : skipUnless(false, `${runtime.name}'s own HTTP/2 does not bear it`);
    testHere(`${says}: a visitor is answered, and memory stays under ${rssMiBMax} MiB`, async () => {
      const visitor = startVisitor(pop);
      const attack = await run({ ...pop.visitors, servername: name, bigPath });
      const before = visitor.answered();
      await until("answered while it lasts", () => visitor.answered() > before + 2);
      const rss = rssMiB(pop.pid);
      expect(attack.effect()).toBeGreaterThan(0);
      attack.end();
      await until("answered when it is over", () => visitor.answered() > before + 5);
      expect(await visitor.stop()).toEqual([]);
      expect(Math.max(rss, visitor.rssMiB())).toBeLessThan(rssMiBMax);
    });
  }
}

function rssMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
}

/** Asks again and again on new connections; each answer must be the page, and in time. */
function startVisitor(pop: TestPop) {
  let going = true;
  let answered = 0;
  let highest = 0;
  const wrong: string[] = [];
  const visiting = (async () => {
    while (going) {
      const late = new Promise<null>((done) => setTimeout(done, answerMsMax, null));
      const asked = secureAsk({ ...pop.visitors, servername: name, protocol: "h2" }).catch(String);
      const answer = await Promise.race([asked, late]);
      if (answer === null) wrong.push(`no answer within ${answerMsMax} ms`);
      else if (typeof answer === "string") wrong.push(answer);
      else if (answer.status !== 200) wrong.push(`status ${answer.status}`);
      answered++;
      highest = Math.max(highest, rssMiB(pop.pid));
      await new Promise((next) => setTimeout(next, 20));
    }
  })();
  return {
    answered: () => answered,
    rssMiB: () => highest,
    async stop(): Promise<readonly string[]> {
      going = false;
      await visiting;
      return wrong;
    },
  };
}
