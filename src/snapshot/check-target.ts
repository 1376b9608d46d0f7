// What a check of a plan is to do. In: a kind and JSON, as a publisher signed them. Out: a target, or null for one of another release: a POP checks what it
// understands, and what it does not is missing from its results.
import type { CheckTarget } from "../model/check.ts";
import type { ProbedTarget } from "./check-plan.ts";

type Is = (value: unknown) => boolean;

const text: Is = (value) => typeof value === "string";
const number: Is = (value) => typeof value === "number" && Number.isFinite(value);
const truth: Is = (value) => typeof value === "boolean";
const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);
const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);
const pair: Is = (value) => Array.isArray(value) && value.length === 2 && value.every(text);
const jsonRule: Is = (value) =>
  typeof value === "object" &&
  value !== null &&
  "path" in value &&
  "equals" in value &&
  text(value.path) &&
  text(value.equals);

/** The fields of each kind. One that is missing, or is something else, is a later release's way to say it. */
const shapes: Readonly<{ [Kind in ProbedTarget["kind"]]: Fields<Extract<CheckTarget, { kind: Kind }>> }> = {
  http: {
    url: text,
    method: text,
    headers: listOf(pair),
    body: orNull(text),
    statuses: text,
    keyword: orNull(text),
    keywordAbsent: truth,
    json: orNull(jsonRule),
    redirectsMax: number,
    certificateDays: orNull(number),
  },
  tcp: { host: text, port: number, send: orNull(text), expect: orNull(text) },
  tls: { host: text, port: number, serverName: orNull(text), days: number },
  dns: { name: text, type: text, server: orNull(text), expect: listOf(text) },
  websocket: { url: text, send: orNull(text), expect: orNull(text) },
};

type Fields<Target> = Readonly<Record<Exclude<keyof Target, "kind">, Is>>;

export function targetOf(kind: string, json: Uint8Array): ProbedTarget | null {
  const shape: Readonly<Record<string, Is>> | undefined = Object.hasOwn(shapes, kind)
    ? shapes[kind as ProbedTarget["kind"]]
    : undefined;
  const said = shape === undefined ? null : objectIn(json);
  if (shape === undefined || said === null) return null;
  const fields = Object.entries(shape);
  if (!fields.every(([name, is]) => is(said[name]))) return null;
  const known = Object.fromEntries(fields.map(([name]) => [name, said[name]]));
  return { kind, ...known } as unknown as ProbedTarget;
}

function objectIn(json: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null; // No JSON: the caller passes the check over.
  }
}
