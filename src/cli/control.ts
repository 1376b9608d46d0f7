// `pharos control`: the control plane of one data folder. In: flags. Out: the management API, the feed for POPs, the ops address.
// What runs is loaded once it is known what this process is: the one that makes large pages needs no API, and weighs 16 MB less without.
import { limits } from "../base/limits.ts";
import { wakeIntoTurn } from "../host/core-turns.ts";
import { peopleFlags } from "./control-flags.ts";
import { defineCommand } from "./flags.ts";
import { notifyFlags } from "./notify-flags.ts";
import { purgeAdapters, purgeForms } from "./purge-flags.ts";
import { stopOf, tied } from "./stopping.ts";

export const command = defineCommand({
  name: "control",
  summary: "run the control plane: management API, publisher, and the feed that POPs follow",
  example: "control --data /var/lib/pharos --keys /etc/pharos/keys",
  flags: {
    data: { kind: "path", required: true, help: "data folder; this process is its only writer" },
    keys: {
      kind: "path",
      required: true,
      help: "folder that keygen made, without its secret root and emergency keys",
    },
    listen: {
      kind: "address",
      default: "127.0.0.1:8400",
      help: "address of the management API and of the admin pages",
    },
    feed: { kind: "address", default: "127.0.0.1:8401", help: "address that POPs follow" },
    ops: { kind: "address", help: "address of metrics, health, and the door for signed documents" },
    export: {
      kind: "path",
      help: "folder that is kept as a mirror: a static site, and a last source for POPs",
    },
    "feed-access": {
      kind: "string",
      default: "open",
      allowed: ["open", "members"],
      help: "who may follow: whoever reaches the feed, or only POPs that joined (`pharos pop`)",
    },
    purge: {
      kind: "list",
      help: `CDN that is told of each new generation: ${purgeForms.join(", ")}`,
    },
    "purge-token-file": {
      kind: "list",
      help: "file of a CDN's secret, such as fastly:/etc/pharos/fastly.token",
    },
    ...peopleFlags,
    ...notifyFlags,
    "monitor-allow": {
      kind: "list",
      help: "own network that addresses of upstreams may lie in, such as 10.1.0.0/16; without it, public addresses alone",
    },
    "api-rate": {
      kind: "integer",
      default: limits.apiRequestsPerMinute,
      min: 0,
      max: 1_000_000,
      help: "requests a minute that each API key may send; 0: no bound",
    },
    region: { kind: "string", default: "main", help: "written into each change: where it was accepted" },
    "accept-clock": { kind: "boolean", help: "start although the op-log is ahead of the clock" },
    role: {
      kind: "string",
      default: "control",
      allowed: ["control", "maker", "notifier", "monitor"],
      help: "what this process is; given by the control plane to those that make its large pages, tell subscribers and ask vendors",
    },
    tied,
    json: { kind: "boolean", help: "say the addresses as one JSON object" },
  },
  async run(values, context) {
    if (values.role === "maker") {
      const { runMaker } = await import("./control-maker.ts");
      return runMaker(values.data, context);
    }
    if (values.role === "notifier") {
      const { runNotifier } = await import("./control-notifier.ts");
      return runNotifier(values, context);
    }
    if (values.role === "monitor") {
      const { runUpstreams } = await import("./control-upstreams.ts");
      return runUpstreams(values, context);
    }
    // Who makes its pages and tells its subscribers shares its cores: whoever edits goes first.
    await wakeIntoTurn();
    const { startControl } = await import("./control-run.ts");
    const { firstOwnerLine } = await import("./control-people.ts");
    const stop = stopOf(context, values.tied);
    const running = await startControl(
      {
        ...values,
        ops: values.ops ?? null,
        export: values.export ?? null,
        purge: purgeAdapters(values.purge, values.purgeTokenFile),
        people: values,
        notify: values,
      },
      context,
    );
    const { api, feed, ops, first } = running;
    if (values.json) context.out(JSON.stringify({ api, feed, ops }));
    else context.out(`Management API ${api}, feed ${feed}${ops === null ? "" : `, ops ${ops}`}`);
    if (first !== null) context.err(firstOwnerLine(first));
    await stop;
    await running.stop();
  },
});
