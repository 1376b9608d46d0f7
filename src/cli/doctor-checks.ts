// What `pharos doctor` looks at, a row a check. In: the settings of a POP, this machine. Out: findings. Nothing is changed.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type HeldCertificate, readCertificates } from "../edge/certificates.ts";
import { checkPlace } from "../edge/pop.ts";
import type { Place } from "../edge/pop-options.ts";
import { freeBytes } from "../host/files.ts";
import { lockFolder } from "../host/lock.ts";
import { clock, independence, names, sources } from "./doctor-sources.ts";
import { keyFiles, popKeyFile } from "./key-files.ts";
import { readPublisherKeys, readRootKey } from "./read-keys.ts";

/** `fail` keeps a POP from working, `warn` will hurt on a bad day. */
export interface Finding {
  readonly state: "ok" | "warn" | "fail";
  readonly says: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Of the settings of `pharos edge`, what is looked at. */
export interface Given {
  readonly data: string;
  readonly rootKey: readonly string[];
  readonly source: readonly string[];
  readonly mirror: readonly string[];
  readonly listen: Place;
  readonly certs: readonly string[];
  readonly listenTls: Place;
  readonly ops?: Place | undefined;
  readonly feed?: Place | undefined;
  readonly workers: number;
  readonly keys?: string | undefined;
}

export interface Surroundings {
  readonly clock: Clock;
  /** Where the kernel says how it is: `/proc`. */
  readonly proc: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Check {
  readonly name: string;
  run(given: Given, around: Surroundings): Promise<readonly Finding[]>;
}

export const checks: readonly Check[] = [
  { name: "folder", run: folder },
  { name: "disk", run: disk },
  { name: "ports", run: ports },
  { name: "keys", run: keys },
  { name: "certificates", run: certificates },
  { name: "files", run: openFiles },
  { name: "sysctls", run: kernel },
  { name: "names", run: names },
  { name: "sources", run: sources },
  { name: "clock", run: clock },
  { name: "independence", run: independence },
];

export const ok = (says: string): Finding => ({ state: "ok", says });

/** A Fault's sentence and remedy as a finding. */
export function failing(thrown: unknown): Finding {
  if (thrown instanceof Fault) return { state: "fail", says: thrown.message, fix: thrown.remedy };
  return { state: "fail", says: `${messageOf(thrown)}.` };
}

/** Whether a process holds it: then its ports are taken by right. */
function isHeld(data: string): boolean {
  if (!existsSync(join(data, "lock"))) return false;
  try {
    lockFolder(data).release();
    return false;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "folder-locked") return true;
    throw thrown;
  }
}

export async function folder({ data }: Given): Promise<readonly Finding[]> {
  if (!existsSync(data)) return [ok(`${data} is made at the first start.`)];
  try {
    return [ok(isHeld(data) ? `${data} is held by a process that runs.` : `${data} can be held.`)];
  } catch (thrown) {
    return [failing(thrown)];
  }
}

/** A store of 1,000 pages of 200 routes takes less; what is fetched is written beside what is there. */
const roomyBytes = 1024 * 1024 * 1024;

export async function disk({ data }: Given): Promise<readonly Finding[]> {
  const free = freeBytes(nearestFolder(data));
  const says = `${Math.floor(free / 1_048_576)} MiB are free for ${data}.`;
  const fix = "Make room, or name a folder on a larger disk with --data.";
  if (free < 2 * limits.storeFreeBytesMin) return [{ state: "fail", says, fix }];
  return [free < roomyBytes ? { state: "warn", says, fix } : ok(says)];
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

async function ports(given: Given): Promise<readonly Finding[]> {
  const { listen, ops, feed } = given;
  const places = [listen, ...(given.certs.length === 0 ? [] : [given.listenTls]), ops, feed];
  const held = isHeld(given.data);
  const findings = places.map(async (place): Promise<readonly Finding[]> => {
    if (place === undefined) return [];
    const at = `${place.host}:${place.port}`;
    try {
      await checkPlace(place);
      return [ok(`${at} is free.`)];
    } catch (thrown) {
      const taken = thrown instanceof Fault && thrown.code === "port-taken";
      return [taken && held ? ok(`${at} is taken, and a POP runs in this folder.`) : failing(thrown)];
    }
  });
  return (await Promise.all(findings)).flat();
}

export async function keys({ data, rootKey, keys: folder }: Given): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (rootKey.length === 0)
    findings.push({
      state: "fail",
      says: "No root key is named.",
      fix: "Give the file root.pub that `pharos keygen` wrote with --root-key.",
    });
  for (const path of rootKey) findings.push(said(`${path} is a root key.`, () => void readRootKey(path)));
  const popKey = join(data, popKeyFile);
  if (existsSync(popKey)) findings.push(secret(popKey));
  if (folder === undefined) return findings;
  findings.push(said(`${folder} holds what a publisher needs.`, () => void readPublisherKeys(folder)));
  const publisher = join(folder, keyFiles.publisher.secret);
  if (existsSync(publisher)) findings.push(secret(publisher));
  for (const file of [keyFiles.root.secret, keyFiles.emergency.secret])
    if (existsSync(join(folder, file)))
      findings.push({
        state: "warn",
        says: `${join(folder, file)} lies on this machine: who breaks in here may then sign everything.`,
        fix: "Keep it offline.",
      });
  return findings;
}

function said(says: string, run: () => void): Finding {
  try {
    run();
    return ok(says);
  } catch (thrown) {
    return failing(thrown);
  }
}

function secret(path: string): Finding {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return ok(`${path} is for its owner alone.`);
  const says = `${path} can be read by others (mode ${mode.toString(8)}).`;
  return { state: "fail", says, fix: `chmod 600 ${path}` };
}

async function certificates({ certs }: Given, around: Surroundings): Promise<readonly Finding[]> {
  if (certs.length === 0) return [ok("None is named: pages are served without TLS.")];
  try {
    const read = await readCertificates(certs);
    const refused = read.refused.map((says): Finding => ({ state: "fail", says, fix: "Renew it." }));
    const held = read.certificates.current;
    const ending = held.map((one) => endOf(one, around.clock.wallMs())).filter(({ state }) => state !== "ok");
    const good = held.length - ending.length;
    return [...(good === 0 ? [] : [ok(`${good} can be shown, and last.`)]), ...ending, ...refused];
  } catch (thrown) {
    return [failing(thrown)];
  }
}

function endOf({ file, expiresMs }: HeldCertificate, nowMs: number): Finding {
  const at = new Date(expiresMs).toISOString();
  const fix = "Renew it; a POP that runs takes the new one by itself.";
  if (expiresMs <= nowMs) return { state: "fail", says: `${file} ended at ${at}.`, fix };
  if (expiresMs - nowMs < limits.certificateSoonMs)
    return { state: "warn", says: `${file} ends at ${at}.`, fix };
  return ok(`${file} lasts until ${at}.`);
}

/** Connections, each a file, of a spike. */
const filesAim = 65_536;

async function openFiles({ workers }: Given, { proc }: Surroundings): Promise<readonly Finding[]> {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync(join(proc, "self/limits"), "utf8"))?.[1];
  const most = hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
  const says = `Each of ${Math.max(1, workers)} processes may have ${hard} open files, and as many connections.`;
  if (most >= filesAim) return [ok(says)];
  const fix = `Set LimitNOFILE=1048576 in the unit, or ulimit -Hn ${filesAim} in the shell that starts it.`;
  return [{ state: most < 4_096 ? "fail" : "warn", says, fix }];
}

interface Sysctl {
  readonly name: string;
  readonly atLeast: number;
  readonly why: string;
}

export const sysctls: readonly Sysctl[] = [
  {
    name: "net.ipv4.tcp_migrate_req",
    atLeast: 1,
    why: "connections that are just being made are reset when a worker is replaced or a certificate renewed",
  },
  {
    name: "net.core.somaxconn",
    atLeast: 512,
    why: "a burst of new connections overflows the listener's queue",
  },
  { name: "net.ipv4.tcp_syncookies", atLeast: 1, why: "a flood of half-open connections shuts visitors out" },
  { name: "net.ipv4.tcp_max_syn_backlog", atLeast: 1_024, why: "a burst of new connections is dropped" },
  { name: "fs.file-max", atLeast: 1_048_576, why: "all processes together run out of files" },
];

async function kernel(_given: Given, { proc }: Surroundings): Promise<readonly Finding[]> {
  return sysctls.map(({ name, atLeast, why }): Finding => {
    const path = join(proc, "sys", ...name.split("."));
    if (!existsSync(path)) return { state: "warn", says: `This kernel does not say ${name}.` };
    const value = Number(readFileSync(path, "utf8"));
    if (value >= atLeast) return ok(`${name} is ${value}.`);
    const fix = `sysctl -w ${name}=${atLeast}, and the same line in /etc/sysctl.d/pharos.conf.`;
    return { state: "warn", says: `${name} is ${value}: ${why}.`, fix };
  });
}
