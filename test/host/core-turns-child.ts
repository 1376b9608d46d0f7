// Asks for its turns and says what it has then. Run by core-turns.test.ts. Argument: which of the two, or both one after the other.
import { readdirSync, readFileSync } from "node:fs";
import { goBehindOthers, wakeIntoTurn } from "../../src/host/core-turns.ts";

for (const wish of process.argv.slice(2)) await (wish === "behind" ? goBehindOthers() : wakeIntoTurn());
const threads = readdirSync("/proc/self/task").map((thread) => {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
  const nice = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  const turn = /^se\.slice +: +(\d+)/m.exec(readFileSync(`/proc/self/task/${thread}/sched`, "utf8"))?.[1];
  return { isFirst: Number(thread) === process.pid, nice, turnNs: Number(turn) };
});
process.stdout.write(JSON.stringify(threads));
