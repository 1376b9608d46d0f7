// Generators of load on the core beside the servers'. In: an address, what to ask for how long. Out: answers a second.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const connections = 64;
const generatorCore = 1;
/** More than any 304 has. */
const headBytesMax = 2_000;

/** One request of a round: a host's front page, or a question whether it changed. */
export interface Ask {
  readonly host: string;
  readonly etag: string | null;
}

export interface Load {
  readonly address: string;
  /** Asked one after the other, and again from the first. */
  readonly asks: readonly Ask[];
  readonly seconds: number;
  /** Where files may be written. */
  readonly folder: string;
}

export interface Rate {
  readonly answers: number;
  readonly perSecond: number;
}

export type Generator = (load: Load) => Promise<Rate>;

async function run(command: readonly string[], seconds: number): Promise<string> {
  const child = spawn("timeout", [String(seconds + 20), "taskset", "-c", String(generatorCore), ...command], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${err.slice(-500)}`);
  return out;
}

/** wrk with a script: its requests are made before the load begins. */
export const wrk: Generator = async ({ address, asks, seconds, folder }) => {
  const script = join(folder, "asks.lua");
  const rows = asks.map(({ host, etag }) => `{${JSON.stringify(host)}, ${JSON.stringify(etag ?? "")}}`);
  writeFileSync(
    script,
    `local rows = {${rows.join(",")}}
local asks = {}
local at = 0
function init()
  for i, row in ipairs(rows) do
    local headers = { ["Host"] = row[1], ["Accept-Encoding"] = "gzip" }
    if row[2] ~= "" then headers["If-None-Match"] = row[2] end
    asks[i] = wrk.format("GET", "/", headers)
  end
end
function request()
  at = at % #asks + 1
  return asks[at]
end
`,
  );
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, `http://${address}/`];
  const out = await run(["wrk", ...args], seconds);
  if (/Non-2xx or 3xx|Socket errors/.test(out)) throw new Error(`wrk met errors at ${address}:\n${out}`);
  const [, answers, read, unit] = /(\d+) requests in [^,]+, ([\d.]+)(MB|GB) read/.exec(out) ?? [];
  const bytesEach = (Number(read) * (unit === "GB" ? 1e9 : 1e6)) / Number(answers);
  if (asks[0]?.etag != null && !(bytesEach < headBytesMax))
    throw new Error(`${address} answered with bodies what was to be 304:\n${out}`);
  return {
    answers: Number(answers),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]),
  };
};

/** autocannon asks for one thing: the first of the asks. */
export const autocannon: Generator = async ({ address, asks: [ask], seconds }) => {
  const program = join(import.meta.dirname, "../../node_modules/autocannon/autocannon.js");
  const lines = [
    `Host=${ask?.host}`,
    "Accept-Encoding=gzip",
    ...(ask?.etag ? [`If-None-Match=${ask.etag}`] : []),
  ];
  const args = ["-c", String(connections), "-d", String(seconds), "-j", "-n"];
  const out = await run(
    ["node", program, ...args, ...lines.flatMap((line) => ["-H", line]), `http://${address}/`],
    seconds,
  );
  const { "2xx": ok, "3xx": held, errors, non2xx, duration } = JSON.parse(out);
  if (errors > 0 || non2xx !== held) throw new Error(`autocannon met ${errors} errors at ${address}.`);
  return { answers: ok + held, perSecond: (ok + held) / duration };
};

/** HEAD on raw sockets: wrk, autocannon and h2load all wait for a body that never comes. */
export const heads: Generator = async ({ address, asks: [ask], seconds }) => {
  const [host = "", port = ""] = address.split(":");
  const script = join(import.meta.dirname, "heads.ts");
  const out = await run([process.execPath, script, host, port, ask?.host ?? "", String(seconds)], seconds);
  return JSON.parse(out) as Rate;
};
