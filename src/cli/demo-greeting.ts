// What the demo says once it runs. In: addresses, process ids, a token. Out: lines, each of which works as it is printed.
import { limits } from "../base/limits.ts";
import { demoHost } from "./demo-organisation.ts";
import type { DemoPlaces } from "./demo-places.ts";
import type { Address } from "./flags.ts";

export interface Demo extends DemoPlaces {
  /** The page's id, a token that may change it, and a component for the incident that is suggested. */
  readonly id: string;
  readonly token: string;
  readonly componentId: string;
  /** Where the admin pages let the visitor in. */
  readonly admin: string;
  readonly data: string;
  readonly controlPid: number;
  /** In the order of `pops`. */
  readonly popPids: readonly number[];
  /** Null where names are not led. */
  readonly dnsPid: number | null;
  /** From the start until every POP had the page. */
  readonly readyMs: number;
}

export const textOf = ({ host, port }: Address): string => `${host}:${port}`;

/** The same for scripts. Pids are those of each role's first process; a POP that is started again has another. */
export function asJson(demo: Demo): string {
  const { pops, popPids, dnsPid } = demo;
  return JSON.stringify({
    page: demo.id,
    host: demoHost,
    token: demo.token,
    component: demo.componentId,
    data: demo.data,
    admin: demo.admin,
    control: {
      api: textOf(demo.api),
      feed: textOf(demo.feed),
      ops: textOf(demo.controlOps),
      pid: demo.controlPid,
    },
    pops: pops.map(({ name, page, ops }, at) => ({
      name,
      listen: textOf(page),
      ops: textOf(ops),
      pid: popPids[at],
    })),
    mail: { smtp: textOf(demo.mail), page: `http://${textOf(demo.mails)}/` },
    dns: dnsPid === null ? null : { listen: textOf(demo.dns), ops: textOf(demo.dnsOps), pid: dnsPid },
  });
}

/** Names as a resolver asks for them; `+subnet` says where it asks from. */
function nameLines({ isSteered, dns }: Demo): readonly string[] {
  if (!isSteered) return ["  (names are not led here: this machine has one address for all POPs)"];
  const dig = `dig @${dns.host} -p ${dns.port} +norecurse`;
  return [
    `  ${dig} ${demoHost} A   # all POPs that live, for ${limits.steeredTtlS} s`,
    `  ${dig} ${demoHost} A +subnet=198.51.100.0/24   # a network that is led to POP 2 alone`,
    `  ${dig} ${demoHost} A +subnet=133.11.0.0/16   # from Tokyo, the POP that stands for Singapore first`,
    `  ${dig} _status.${demoHost} TXT   # the state of the page, for who reaches nothing else`,
  ];
}

/** A table of addresses, then lines to copy. */
export function greeting(demo: Demo): readonly string[] {
  const sites = demo.pops.map(({ page }) => `http://${textOf(page)}`);
  const [site = ""] = sites;
  const api = `http://${textOf(demo.api)}/v1/pages/${demo.id}`;
  const authorization = `-H 'Authorization: OAuth ${demo.token}'`;
  const [, middle] = demo.pops;
  return [
    "",
    ...sites.map((url, at) => `Status page, POP ${at + 1}   ${url}/`),
    `Admin pages          ${demo.admin}`,
    `Mail that was sent   http://${textOf(demo.mails)}/`,
    `As JSON              ${site}/api/v2/summary.json`,
    `History              ${site}/history`,
    `Feed                 ${site}/history.atom`,
    ...demo.pops.map(({ ops }, at) => `Metrics of POP ${at + 1}     http://${textOf(ops)}/metrics`),
    "",
    "Try next:",
    `  curl -sI ${sites.map((url) => `${url}/`).join(" ")} | grep -i ^pharos-generation   # all three are of one generation`,
    `  curl -i ${site}/api/v2/status.json`,
    `  curl ${authorization} ${api}/incidents/unresolved`,
    `  curl ${authorization} ${api}/incidents -d 'incident[name]=Checkout is slow' -d 'incident[status]=investigating' -d 'incident[body]=We are looking into it.' -d 'incident[components][${demo.componentId}]=partial_outage'`,
    `  kill ${demo.controlPid}   # the control plane: within 10 s all three say how old they are, and go on`,
    ...nameLines(demo),
    `  kill ${demo.popPids[1]}   # POP 2 at ${middle === undefined ? "" : textOf(middle.page)}: the others go on; it comes back by itself, from its own disk`,
    "",
    `Ready after ${(demo.readyMs / 1_000).toFixed(1)} s. Keys, data and logs are in ${demo.data}. Ctrl-C ends every process; the next start goes on from there.`,
  ];
}
