// What `pharos doctor` asks of others: names, sources, the time, and whether all of them would fall together. In: settings. Out: findings.
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { messageOf } from "../base/fault.ts";
import { type Dialled, dial } from "../host/dial.ts";
import type { Finding, Given, Surroundings } from "./doctor-checks.ts";

const ok = (says: string): Finding => ({ state: "ok", says });

/** Addresses of all sources and mirrors. */
const addressesOf = ({ source, mirror }: Given): readonly string[] => [...source, ...mirror];

const hostOf = (address: string): string => new URL(address).hostname.replace(/^\[|\]$/g, "");

async function resolved(host: string): Promise<readonly string[]> {
  return isIP(host) === 0 ? (await lookup(host, { all: true })).map(({ address }) => address) : [host];
}

export async function names(given: Given): Promise<readonly Finding[]> {
  const hosts = new Set(
    addressesOf(given)
      .map(hostOf)
      .filter((host) => isIP(host) === 0),
  );
  if (hosts.size === 0) return [ok("No source is known by a name.")];
  const findings = [...hosts].map(async (host): Promise<Finding> => {
    try {
      return ok(`${host} is ${(await resolved(host)).join(", ")}.`);
    } catch (thrown) {
      const fix = "Look at /etc/resolv.conf, or name the source by its address.";
      return { state: "fail", says: `${host} is not found: ${messageOf(thrown)}.`, fix };
    }
  });
  return Promise.all(findings);
}

const answerMsMax = 5_000;

function ask(address: string): Promise<Dialled> {
  return dial(address, { policy: "configured", timeoutMs: answerMsMax });
}

export async function sources(given: Given): Promise<readonly Finding[]> {
  const all = addressesOf(given);
  if (all.length === 0)
    return [
      {
        state: "warn",
        says: "No source is named: this POP serves what is in its folder, and nothing new comes.",
        fix: "Name a feed with --source.",
      },
    ];
  const findings = all.map(async (address): Promise<Finding> => {
    try {
      const answer = await ask(address);
      answer.close();
      return ok(`${address} answers.`);
    } catch (thrown) {
      const fix = "Look at its firewall and this machine's; what is held is served meanwhile.";
      return { state: "warn", says: messageOf(thrown), fix };
    }
  });
  return Promise.all(findings);
}

/** Ends of emergencies and certificates are wall time; freshness is not. */
const offMsMax = { warn: 2_000, fail: 300_000 };

export async function clock(given: Given, around: Surroundings): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const synchronized = isSynchronized(around);
  if (synchronized !== null)
    findings.push(
      synchronized
        ? ok("The system says that its clock is synchronized.")
        : {
            state: "warn",
            says: "The system says that its clock is not synchronized.",
            fix: "Start an NTP service, such as systemd-timesyncd or chrony.",
          },
    );
  for (const address of addressesOf(given)) {
    const offMs = await offFrom(address, around).catch(() => null);
    if (offMs !== null) findings.push(offFinding(address, offMs));
  }
  const fix = "Start an NTP service, and look again when a source answers.";
  return findings.length > 0
    ? findings
    : [{ state: "warn", says: "Neither the system nor a source says how right the clock is.", fix }];
}

function offFinding(address: string, offMs: number): Finding {
  const says = `The clock differs by ${Math.round(offMs / 1_000)} s from that of ${address}.`;
  const fix = "Set this machine's clock, or that one's, by NTP.";
  if (Math.abs(offMs) > offMsMax.fail) return { state: "fail", says, fix };
  return Math.abs(offMs) > offMsMax.warn ? { state: "warn", says, fix } : ok(says);
}

/** This machine's time less the source's (ms); a Date has whole seconds, and the answer took its way. Null where it says none. */
async function offFrom(address: string, { clock: own }: Surroundings): Promise<number | null> {
  const beforeMs = own.wallMs();
  const answer = await ask(address);
  const afterMs = own.wallMs();
  const theirs = Date.parse(answer.header("date") ?? "");
  answer.close();
  if (Number.isNaN(theirs)) return null;
  if (theirs + 1_000 < beforeMs) return beforeMs - (theirs + 1_000);
  return theirs > afterMs ? afterMs - theirs : 0;
}

/** As systemd has it; null where nobody says. */
function isSynchronized({ env }: Surroundings): boolean | null {
  const { stdout, status } = spawnSync("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], {
    env: { PATH: env.PATH },
    encoding: "utf8",
    timeout: answerMsMax,
  });
  return status === 0 && /^(?:yes|no)$/m.test(stdout) ? stdout.startsWith("yes") : null;
}

/** Whether one mishap takes every way away by which this POP hears of changes, or the POP with its source. */
export async function independence(given: Given): Promise<readonly Finding[]> {
  const all = addressesOf(given);
  if (all.length === 0) return [];
  const findings: Finding[] = [];
  const found = (await Promise.all(all.map((address) => resolved(hostOf(address)).catch(() => [])))).flat();
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((one) => one?.map(({ address }) => address)),
  );
  for (const address of new Set(found))
    if (own.has(address))
      findings.push({
        state: "warn",
        says: `The source ${address} is this machine: both would fall together.`,
        fix: "Run POPs on machines of their own.",
      });
  const networks = new Set(found.map(networkOf));
  const fix = "Name a relay or a mirror elsewhere with --source or --mirror.";
  if (all.length === 1)
    findings.push({ state: "warn", says: "There is one source: without it nothing new comes.", fix });
  else if (networks.size === 1)
    findings.push({ state: "warn", says: `All sources are in the network ${[...networks][0]}.`, fix });
  return findings.length > 0
    ? findings
    : [ok(`Sources are in ${networks.size} networks, none of them on this machine.`)];
}

/** The /24 of an IPv4 address, the /48 of an IPv6 address: what one line or one site usually has. */
function networkOf(address: string): string {
  if (isIP(address) === 4) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  const [head = ""] = address.split("::");
  return `${[...head.split(":"), "0", "0", "0"].slice(0, 3).join(":")}::/48`;
}
