// One text into one value, by the flag's kind. In: a spec, a text. Out: the value, or what would have been allowed.
import { isIP } from "node:net";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Address, FlagSpec, FlagValue } from "./flags.ts";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `text` as the flag's kind; the refusal says what is allowed, to stand after "give ". */
export function readText(spec: FlagSpec, text: string): Result<FlagValue, string> {
  switch (spec.kind) {
    case "string":
    case "path":
      return readString(spec, text);
    case "integer":
      return readInteger(spec, text);
    case "duration":
      return readDuration(spec, text);
    case "port":
      return bounded(text, 0, 65_535, allowedBy(spec));
    case "address":
      return readAddress(spec, text);
    case "boolean":
      if (text === "true" || text === "1") return ok(true);
      return text === "false" || text === "0" ? ok(false) : refuse(allowedBy(spec));
    case "list":
      return readList(spec, text);
  }
}

/** What a flag accepts, to stand after "give ". */
export function allowedBy(spec: FlagSpec): string {
  if (spec.allowed !== undefined) return `one of ${spec.allowed.join(", ")}`;
  switch (spec.kind) {
    case "string":
      return "a text";
    case "path":
      return "a path";
    case "integer":
      return `a whole number${range(spec, String)}`;
    case "duration":
      return `a time such as 250ms, 2s, 5m, 1h or 7d${range(spec, durationText)}`;
    case "port":
      return "a port from 0 to 65535";
    case "address":
      return "an address and a port from 0 to 65535, such as 127.0.0.1:8080 or [::1]:8080";
    case "boolean":
      return "true or false";
    case "list":
      return "texts with commas between them";
  }
}

/** ms as a user would write them. */
export function durationText(ms: number): string {
  const unit = ["d", "h", "m", "s"].find((name) => ms !== 0 && ms % (unitMs[name] ?? 1) === 0) ?? "ms";
  return `${ms / (unitMs[unit] ?? 1)}${unit}`;
}

function range(spec: FlagSpec, write: (value: number) => string): string {
  const { min, max } = spec;
  if (min !== undefined && max !== undefined) return ` from ${write(min)} to ${write(max)}`;
  if (min !== undefined) return ` of at least ${write(min)}`;
  return max === undefined ? "" : ` of at most ${write(max)}`;
}

function readString(spec: FlagSpec, text: string): Result<string, string> {
  if (text === "" || text.includes("\0")) return refuse(`${allowedBy(spec)} that is not empty`);
  return spec.allowed === undefined || spec.allowed.includes(text) ? ok(text) : refuse(allowedBy(spec));
}

function readInteger(spec: FlagSpec, text: string): Result<number, string> {
  return bounded(text, spec.min ?? -Infinity, spec.max ?? Infinity, allowedBy(spec));
}

function bounded(text: string, min: number, max: number, allowed: string): Result<number, string> {
  if (!/^-?\d{1,15}$/.test(text)) return refuse(allowed);
  const value = Number(text);
  return value >= min && value <= max ? ok(value) : refuse(allowed);
}

function readDuration(spec: FlagSpec, text: string): Result<number, string> {
  const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return refuse(allowedBy(spec));
  const ms = Math.round(Number(digits) * (unitMs[unit] ?? 1));
  return ms >= (spec.min ?? 0) && ms <= (spec.max ?? Infinity) ? ok(ms) : refuse(allowedBy(spec));
}

function readAddress(spec: FlagSpec, text: string): Result<Address, string> {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  const known = bracketed === undefined ? host !== undefined : isIP(bracketed) === 6;
  return host !== undefined && known && port <= 65_535 ? ok({ host, port }) : refuse(allowedBy(spec));
}

function readList(spec: FlagSpec, text: string): Result<readonly string[], string> {
  const entries = text.split(",").map((entry) => entry.trim());
  if (entries.some((entry) => entry === "")) return refuse(allowedBy(spec));
  const { allowed } = spec;
  if (allowed !== undefined && !entries.every((entry) => allowed.includes(entry)))
    return refuse(allowedBy(spec));
  return ok(entries);
}
