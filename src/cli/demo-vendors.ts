// The demo's vendors: status pages of invented others, replayed by this process. In: nothing. Out: their addresses, one a format; nothing leaves the
// machine. What they say is of our own making, in the shapes that such pages have, and changes every other minute.
import type { Clock } from "../base/clock.ts";
import { listenHttp } from "../host/http.ts";
import type { UpstreamFormat, UpstreamOptions } from "../model/upstream.ts";
import { secondIso } from "../render/moment.ts";

interface DemoVendor {
  readonly id: string;
  readonly name: string;
  readonly format: UpstreamFormat;
  readonly options?: UpstreamOptions;
  /** What it answers in a minute of the day. */
  says(minute: number, now: string): string;
}

/** One of these, in turn: each stays for two minutes. */
const turn = <Value>(minute: number, ...values: readonly [Value, ...Value[]]): Value =>
  values[Math.floor(minute / 2) % values.length] ?? values[0];

const json = JSON.stringify;
const incident = (name: string, impact: string) => ({ id: "i1", name, status: "investigating", impact });

const vendors: readonly DemoVendor[] = [
  {
    ...{ id: "fernpost", name: "Fernpost Mail", format: "statuspage" },
    says: (minute, updated_at) =>
      turn(
        minute,
        json({ page: { updated_at }, status: { indicator: "none" }, components: [], incidents: [] }),
        json({
          page: { updated_at },
          status: { indicator: "minor" },
          incidents: [incident("Mail to some providers is late", "minor")],
        }),
      ),
  },
  {
    ...{ id: "korallen", name: "Korallen Cloud", format: "google-cloud" },
    says: (_minute, modified) =>
      json([{ id: "k1", begin: modified, end: modified, modified, status_impact: "SERVICE_OUTAGE" }]),
  },
  {
    ...{ id: "lotsen", name: "Lotsen DNS", format: "instatus" },
    says: () => json({ page: { name: "Lotsen DNS", status: "UNDERMAINTENANCE" } }),
  },
  {
    ...{ id: "moewe", name: "Möwe Payments", format: "better-stack" },
    says: (minute) =>
      json({
        data: { attributes: { aggregate_state: turn(minute, "downtime", "operational", "operational") } },
        included: [
          {
            type: "status_report",
            attributes: { title: "Cards are declined", ends_at: null, affected_resources: [] },
          },
        ],
      }),
  },
  {
    ...{ id: "nordlicht", name: "Nordlicht Chat", format: "slack" },
    says: (_minute, date_updated) => json({ status: "ok", date_updated, active_incidents: [] }),
  },
  {
    ...{ id: "strand", name: "Strand Registry", format: "html", options: { selector: "#now" } },
    says: () => "<!doctype html><title>Strand</title><h1 id=now>All systems operational</h1>",
  },
  {
    ...{ id: "watt", name: "Watt Analytics", format: "json", options: { path: "health.state" } },
    says: () => json({ health: { state: "green" } }),
  },
  {
    ...{ id: "zaun", name: "Zaun Firewall", format: "statuspage" },
    says: () => "<!doctype html><title>Just a moment</title>",
  },
];

export interface DemoVendors {
  /** What the page is told of each. */
  readonly upstreams: readonly {
    readonly name: string;
    readonly source: {
      readonly format: UpstreamFormat;
      readonly address: string;
      readonly options: UpstreamOptions;
    };
  }[];
  stop(): Promise<void>;
}

/** On a port that the system gives. */
export function startDemoVendors(clock: Clock): DemoVendors {
  const listener = listenHttp({
    address: "127.0.0.1",
    port: 0,
    bodyBytesMax: 0,
    onDefect: () => undefined,
    fetch(request) {
      const id = new URL(request.url).pathname.split("/")[1];
      const vendor = vendors.find((one) => one.id === id);
      if (vendor === undefined) return new Response("There is no such vendor.\n", { status: 404 });
      const nowMs = clock.wallMs();
      const minute = Math.floor(nowMs / 60_000);
      const changed = secondIso(Math.floor(minute / 2) * 120_000);
      return new Response(vendor.says(minute, changed));
    },
  });
  return {
    upstreams: vendors.map(({ id, name, format, options = {} }) => ({
      name,
      source: { format, address: `http://127.0.0.1:${listener.port}/${id}/status`, options },
    })),
    stop: async () => listener.stop(true),
  };
}
