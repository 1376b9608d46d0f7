// `pharos dns explain`: why a name is answered as it is. In: a name, who asks; a running node, or the files of one. Out: the steps, the answer, its scope.
import { Buffer } from "node:buffer";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { createMetrics } from "../base/metrics.ts";
import { dial, readAll } from "../host/dial.ts";
import { type Explained, explain, explainedLines } from "../steering/explain.ts";
import { mapOfAll } from "../steering/steering-plan.ts";
import { type Name, parseName, showName } from "../zones/names.ts";
import { typeNumber } from "../zones/types.ts";
import { sourceOf } from "../zones/zone.ts";
import { showMistake } from "../zones/zone-draft.ts";
import { readZone } from "../zones/zone-files.ts";
import { explainPath, liveSteering, visitorOf } from "./dns-steering.ts";
import { type Context, defineCommand } from "./flags.ts";

export const command = defineCommand({
  name: "dns explain",
  summary: "tell step by step why a name is answered as it is",
  about:
    "Asks the running node at --ops what it would answer now, or, without it, reads the plan and what lies in the node's folder. An address is a resolver, a network (192.0.2.0/24) the subnet that a resolver names for its client.",
  example: [
    "dns explain status.example.com --from 192.0.2.0/24 --zone example.com.toml --ops http://127.0.0.1:9091",
    "dns explain status.example.com --from 2001:db8::/48 --type AAAA --zone example.com.toml --steering steering.toml --json",
  ],
  positionals: { name: { help: "the name that is asked for", required: true } },
  flags: {
    from: { kind: "string", required: true, help: "address of a resolver, or network of a client" },
    type: { kind: "string", default: "A", help: "type that is asked for" },
    ops: { kind: "string", help: "address of a running node, such as http://127.0.0.1:9091" },
    zone: { kind: "list", help: "zone files, which say what map steers the name" },
    map: { kind: "string", help: "the map itself, where no zone file is at hand" },
    steering: { kind: "path", help: "TOML file of POPs, maps and overrides" },
    data: { kind: "path", default: "pharos-dns", help: "folder of what the node knows of POPs and pages" },
    json: { kind: "boolean", help: "one JSON object" },
  },
  async run(values, context) {
    const visitor = visitorOf(values.from);
    if (visitor === null)
      throw usage(
        "--from",
        values.from,
        "Give an address such as 192.0.2.1, or a network such as 192.0.2.0/24.",
      );
    const type = typeNumber(values.type);
    if (type === null) throw usage("--type", values.type, "Give a type such as A, AAAA, TXT or TYPE65.");
    const map = values.map ?? (await mapOf(values.name, values.zone, context));
    const explained =
      values.ops === undefined
        ? explain(viewOf(values, context), map, type, visitor)
        : await askNode(values.ops, { map, from: values.from, type: values.type }, context);
    if (explained === null)
      throw new Fault(
        "not-found",
        `The plan has no map ${JSON.stringify(map)}.`,
        "Look at [map.…] in the file of --steering.",
      );
    if (values.json) context.out(JSON.stringify({ name: values.name, ...explained }));
    else for (const line of explainedLines(explained)) context.out(line);
  },
});

function usage(flag: string, text: string, remedy: string): Fault {
  return new Fault("usage", `${flag}: ${JSON.stringify(text)} is not allowed.`, remedy);
}

function viewOf(values: { readonly steering?: string | undefined; readonly data: string }, context: Context) {
  if (values.steering === undefined)
    throw new Fault(
      "usage",
      "--steering is missing.",
      "Give the plan's file, or with --ops the address of a running node.",
    );
  const live = liveSteering(
    { ...values, rootKey: [], source: [] },
    { ...context, lastGood: null, metrics: createMetrics() },
  );
  live.stop();
  return live.view();
}

/** The map that steers a name. Without zones it is the one of all POPs. */
async function mapOf(text: string, paths: readonly string[], { clock }: Context): Promise<string> {
  const name = parseName(text);
  if (!name.ok) throw usage("<name>", text, `${name.reason}.`);
  if (paths.length === 0) return mapOfAll;
  for (const path of paths) {
    const { checked } = await readZone(path, null, clock);
    if (!checked.ok) throw new Fault("usage", checked.reason.map(showMistake).join("\n"), "Repair the zone.");
    const { zone } = checked.value;
    const at = zone.nodes.has(name.value) ? name.value : (sourceOf(zone, name.value) ?? "");
    const map = zone.steered.get(at);
    if (map !== undefined) return map;
    if (zone.nodes.has(at)) throw notSteered(at);
  }
  throw new Fault(
    "not-found",
    `None of the zones has ${showName(name.value)}.`,
    "Check the spelling, or name the map with --map.",
  );
}

function notSteered(name: Name): Fault {
  return new Fault(
    "not-found",
    `${showName(name)} is not steered: its records are the same for everyone.`,
    "Steered names have `steer` in their zone.",
  );
}

async function askNode(
  ops: string,
  asked: Readonly<Record<"map" | "from" | "type", string>>,
  { clock }: Context,
): Promise<Explained | null> {
  if (!URL.canParse(ops)) throw usage("--ops", ops, "Give an address such as http://127.0.0.1:9091.");
  const url = new URL(`${explainPath}?${new URLSearchParams(asked)}`, ops);
  const halt = new AbortController();
  const timer = clock.after(limits.answerMsMax, () => halt.abort());
  try {
    const answer = await dial(url.href, {
      policy: "configured",
      timeoutMs: limits.sourceSilentMs,
      signal: halt.signal,
    });
    const text = Buffer.from(await readAll(answer.body, limits.planBytesMax)).toString("utf8");
    if (answer.status === 404) return null;
    if (answer.status !== 200)
      throw new Fault(
        "unreachable",
        `${url.origin} answered ${answer.status}: ${text.trim()}`,
        "Check that this is the ops address of a DNS node.",
      );
    return JSON.parse(text) as Explained;
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault(
      "unreachable",
      `${url.origin} answered something else than an explanation: ${messageOf(thrown)}.`,
      "Check that this is the ops address of a DNS node.",
    );
  } finally {
    timer.cancel();
  }
}
