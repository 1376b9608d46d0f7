// `pharos demo`: everything on this machine, for a look. In: flags. Out: a control plane and three POPs as processes of their own, their addresses.
// keys and 90 invented days (first start only) -> control -> POPs -> what to try next. Nothing outside 127.0.0.0/8.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { lockFolder } from "../host/lock.ts";
import { withControlPlane } from "./control-plane.ts";
import { demoBundle, demoSeed } from "./demo-data.ts";
import { asJson, type Demo, greeting, textOf } from "./demo-greeting.ts";
import { type MailSink, startMailSink } from "./demo-mail.ts";
import { demoMetricId, demoPoints } from "./demo-metric.ts";
import { dnsArgs, joinPops } from "./demo-names.ts";
import { demoPage } from "./demo-organisation.ts";
import { choosePlaces, type DemoPlaces, type DemoPop } from "./demo-places.ts";
import { createProcesses, type DemoProcesses } from "./demo-processes.ts";
import { type DemoVendors, startDemoVendors } from "./demo-vendors.ts";
import { type Context, defineCommand } from "./flags.ts";
import { keyFiles, makeKeys } from "./key-files.ts";
import { stopSignalOf, tied } from "./stopping.ts";
import { withUserPlane } from "./user-plane.ts";

export const command = defineCommand({
  name: "demo",
  summary: "run a control plane and three POPs on this machine, with an invented organisation to look at",
  about:
    "Its data stays in the folder: the next start goes on where this one ended. Ctrl-C ends every process.",
  example: ["demo", "demo --data /tmp/pharos-demo --port 9000"],
  flags: {
    data: { kind: "path", default: ".pharos/demo", help: "folder for keys, data and logs" },
    port: {
      kind: "port",
      default: 8080,
      help: "port of the POPs on 127.0.0.11, .12 and .13; the next one that is free at all three if it is taken",
    },
    "control-port": {
      kind: "port",
      default: 8400,
      help: "port of the management API on 127.0.0.1, likewise",
    },
    "dns-port": {
      kind: "port",
      default: 8053,
      help: "port on 127.0.0.10 where the demo's names are answered, likewise",
    },
    workers: {
      kind: "integer",
      default: 1,
      min: 0,
      max: 64,
      help: "workers of each POP; 0 runs it as one process",
    },
    json: { kind: "boolean", help: "say addresses, process ids and token as one JSON object" },
    tied,
  },
  async run(values, context) {
    const stop = stopSignalOf(context, values.tied);
    const startedMs = context.clock.monotonicMs();
    const lock = lockFolder(join(values.data, "demo"));
    const processes = createProcesses(values.data, context);
    let sink: MailSink | null = null;
    const vendors = startDemoVendors(context.clock);
    try {
      const page = await prepare(values.data, context);
      const places = choosePlaces(values, context.err);
      sink = await startMailSink({
        smtp: places.mail,
        page: places.mails,
        leads: [demoPage.url, `http://${textOf(places.pops[0]?.page ?? places.api)}`],
        nowMs: () => context.clock.wallMs(),
      });
      const pids = await startAll(processes, places, { ...values, page: page.id }, context);
      await Promise.all(places.pops.map((pop) => waitForPage(pop, stop, context)));
      if (stop.aborted) return 0;
      await addReaders(places, page);
      await addVendors(places, page, vendors);
      const admin = await adminAddress(values.data, places, context);
      const readyMs = context.clock.monotonicMs() - startedMs;
      const demo: Demo = { ...places, ...page, ...pids, admin, data: values.data, readyMs };
      for (const line of values.json ? [asJson(demo)] : greeting(demo)) context.out(line);
      await aborted(stop);
      return 0;
    } finally {
      await processes.end();
      await sink?.stop();
      await vendors.stop();
      lock.release();
    }
  },
});

const demoDomain = "quillfjord.example";
const demoOwner = `owner@${demoDomain}`;
const keysOf = (data: string): string => join(data, "keys");
const controlOf = (data: string): string => join(data, "control");

/** Keys and the invented organisation at the first start; a token for the visitor of the demo at each. */
async function prepare(data: string, context: Context): Promise<Pick<Demo, "id" | "token" | "componentId">> {
  const { clock, random, log } = context;
  const serial = clock.wallMs();
  if (!existsSync(join(keysOf(data), keyFiles.publisher.secret)))
    makeKeys({ folder: keysOf(data), pages: ["*"], hosts: ["*"], serial }, random);
  return withControlPlane({ folder: controlOf(data), clock, random, log }, async (plane) => {
    // Its ids are the seed's alone, its times the day's: whatever the day, this is the page of the first start.
    const bundle = demoBundle(demoSeed, serial);
    const held = await plane.pages();
    if (held.some(({ id }) => id === bundle.page.id)) context.err(`Going on with the data in ${data}.`);
    else {
      const done = await plane.submit(null, { kind: "import", bundle }, "demo");
      if (!done.ok)
        throw new Fault(
          "internal",
          `The demo's data is refused: ${done.refusal.sentences.join(" ")}`,
          "Please report it.",
        );
      context.err(`Made 90 days of an invented organisation in ${data}.`);
    }
    await plane.addPoints(bundle.page.id, [[demoMetricId(bundle.page.id), demoPoints(serial)]]);
    const [first] = bundle.components.filter(({ group }) => group !== true);
    return { id: bundle.page.id, componentId: first?.id ?? "", ...(await newToken(plane)) };
  });

  /** A token is shown once, so each start makes its own in place of the last. */
  async function newToken(
    plane: Parameters<Parameters<typeof withControlPlane>[1]>[0],
  ): Promise<{ token: string }> {
    await plane.revokeTokens("demo");
    return plane.addToken({ name: "demo", grants: [["*", "admin"]], expiresMs: null });
  }
}

/** A link by which the visitor becomes the owner; once there are people, where they sign in. */
async function adminAddress(data: string, { api }: DemoPlaces, context: Context): Promise<string> {
  const options = { ...context, folder: controlOf(data) };
  return withUserPlane(options, async (plane) => {
    const known = (await plane.list()).length > 0;
    const path = known ? "/admin/" : (await plane.invite(demoOwner, [["*", "owner"]])).path;
    return `http://${textOf(api)}${path}`;
  });
}

/** The control plane, then all POPs at once. */
async function startAll(
  processes: DemoProcesses,
  places: DemoPlaces,
  options: { readonly data: string; readonly workers: number; readonly page: string },
  context: Context,
): Promise<Pick<Demo, "controlPid" | "popPids" | "dnsPid">> {
  const control = await processes.start("control", controlArgs(options.data, places));
  await joinPops({ data: options.data, control: controlOf(options.data) }, places, context);
  const pops = await Promise.all(
    places.pops.map((pop) => processes.keep(pop.name, edgeArgs(pop, places, options))),
  );
  const root = join(keysOf(options.data), keyFiles.root.public);
  const dns = places.isSteered
    ? await processes.start("dns", dnsArgs({ data: options.data, root }, places))
    : null;
  return { controlPid: control.pid, popPids: pops.map(({ pid }) => pid), dnsPid: dns?.pid ?? null };
}

function controlArgs(data: string, { api, feed, controlOps, mail }: DemoPlaces): readonly string[] {
  const folders = ["--data", controlOf(data), "--keys", keysOf(data)];
  const ops = ["--ops", textOf(controlOps)];
  const told = ["--mail", `smtp://${textOf(mail)}`, "--mail-from", `status@${demoDomain}`];
  const listen = ["--listen", textOf(api), "--feed", textOf(feed)];
  const asked = ["--monitor-allow", "127.0.0.0/8"];
  return ["control", ...folders, ...listen, ...ops, ...told, ...asked, "--tied", "--json"];
}

/** Readers of the invented page: of all of it, and of one component. At the second start they are there. */
async function addReaders(
  { api }: DemoPlaces,
  { id, token, componentId }: Pick<Demo, "id" | "token" | "componentId">,
) {
  const readers = [
    { email: `ada@${demoDomain}` },
    { email: `grace@${demoDomain}`, component_ids: [componentId] },
  ];
  for (const reader of readers) {
    const answer = await fetch(`http://${textOf(api)}/v1/pages/${id}/subscribers`, {
      method: "POST",
      headers: { authorization: `OAuth ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ subscriber: { ...reader, skip_confirmation_notification: true } }),
    });
    if (answer.status !== 201 && answer.status !== 422 && answer.status !== 409)
      throw new Fault(
        "internal",
        `The demo's reader ${reader.email} was not added: ${answer.status}.`,
        "Please report it.",
      );
  }
}

/** Vendors of the invented page. At the second start they are there, and found at another port. */
async function addVendors(
  { api }: DemoPlaces,
  { id, token }: Pick<Demo, "id" | "token">,
  { upstreams }: DemoVendors,
): Promise<void> {
  const ask = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`http://${textOf(api)}/api/pharos/v1/pages/${id}/upstreams${path}`, {
      ...{ method, headers: { authorization: `OAuth ${token}`, "content-type": "application/json" } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const held = (await (await ask("GET", "")).json()) as readonly { id: string; name: string }[];
  for (const upstream of upstreams) {
    const known = held.find(({ name }) => name === upstream.name);
    const answer = await (known === undefined
      ? ask("POST", "", { upstream })
      : ask("PATCH", `/${known.id}`, { upstream }));
    if (!answer.ok)
      throw new Fault(
        "internal",
        `The demo's vendor ${upstream.name} was not added: ${answer.status}.`,
        "Please report it.",
      );
  }
}

function edgeArgs(
  { name, page, ops }: DemoPop,
  { feed }: DemoPlaces,
  options: { readonly data: string; readonly workers: number; readonly page: string },
): readonly string[] {
  const root = join(keysOf(options.data), keyFiles.root.public);
  return [
    "edge",
    ...["--data", join(options.data, name), "--root-key", root, "--source", `http://${textOf(feed)}`],
    ...["--listen", textOf(page), "--ops", textOf(ops), "--default-page", options.page],
    ...["--workers", String(options.workers), "--tied", "--json"],
  ];
}

/** Until the POP answers with the page: it has then followed, verified and stored it. */
async function waitForPage({ page, ops }: DemoPop, stop: AbortSignal, context: Context): Promise<void> {
  const deadline = context.clock.monotonicMs() + limits.demoReadyMsMax;
  while (!stop.aborted) {
    const answer = await fetch(`http://${textOf(ops)}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    if (context.clock.monotonicMs() > deadline)
      throw new Fault(
        "unreachable",
        `The POP at ${textOf(page)} has no page yet.`,
        "Look at the logs in the demo's folder.",
      );
    await new Promise<void>((resolve) => context.clock.after(50, resolve));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
