// The checks of one POP, as bench/monitor measures them: the runner alone, in a process of its own. In: ports, how many checks, their interval. Out: a line
// each second with what it has counted and how many bytes it holds; it ends with its standard input.
import { systemClock } from "../../src/base/clock.ts";
import { createLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { authoritiesOf } from "../../src/host/dial-secure.ts";
import { allowedOf } from "../../src/host/reach.ts";
import { connectsTo, createGuard } from "../../src/monitor/connectivity.ts";
import { createRunner } from "../../src/monitor/runner.ts";
import { memoryOf } from "../../test/support/memory-of.ts";
import { type BenchPorts, planOf, type World } from "./world.ts";

const [ports, world] = process.argv.slice(2).map((text) => JSON.parse(text)) as [BenchPorts, World];
const allowed = allowedOf(["127.0.0.0/8"]);
if (!allowed.ok) throw new Error(allowed.wrong);

const log = createLog(systemClock, (line) => void process.stderr.write(line));
const found: Record<string, number> = {};
const runner = createRunner({
  clock: systemClock,
  random: systemRandom,
  place: "bench",
  allowed: allowed.value,
  authorities: authoritiesOf([ports.chain]),
  guard: createGuard({
    clock: systemClock,
    log,
    places: [{ host: "127.0.0.1", port: ports.tcp }],
    connects: connectsTo,
  }),
  onProbe({ state, why, said }) {
    const word = why === null ? state : `${state}: ${why}`;
    if (found[word] === undefined && state !== "up") log.info(word, { said });
    found[word] = (found[word] ?? 0) + 1;
  },
  onDefect: (key, thrown) => log.error(`The look at ${key} threw.`, { error: String(thrown) }),
});
runner.plan(planOf(world, ports));

setInterval(() => {
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1_000;
  const line = { ...runner.counts(), found, cpuMs, memory: memoryOf([process.pid]) };
  console.log(JSON.stringify(line));
}, 1_000);
process.stdin.resume().on("end", () => process.exit());
