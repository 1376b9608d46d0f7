// Reading values of bodies that others wrote. In: anything. Out: texts and tables of texts, cut to what is kept.
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Severity } from "../model/alert-source.ts";

export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const tableOf = (value: unknown): Table => (isTable(value) ? value : {});

/** Null for what is no text, or an empty one. Numbers and yes or no are their words. */
export function textOf(value: unknown): string | null {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
  const text = String(value).trim();
  return text === "" ? null : text;
}

export const nameOf = (value: unknown): string | null =>
  textOf(value)?.slice(0, limits.alertNameCharsMax) ?? null;
export const saidOf = (value: unknown): string | null =>
  textOf(value)?.replaceAll(/\s+/g, " ").slice(0, limits.alertSaidCharsMax) ?? null;

/** A key of what may be longer than one: texts and tables by their digest. */
export function keyOf(value: unknown): string {
  const text = textOf(value);
  if (text !== null && /^[\w.:-]{1,64}$/.test(text)) return text;
  const table = isTable(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
  return hash("sha256", JSON.stringify(table ?? null), "hex").slice(0, 32);
}

const words: Readonly<Record<string, Severity>> = {
  ...{ critical: "fault", error: "fault", fatal: "fault", emergency: "fault", page: "fault", high: "fault" },
  ...{ warning: "warning", warn: "warning", minor: "warning", low: "warning" },
  ...{ info: "note", none: "note", notice: "note", debug: "note" },
};

/** What says nothing of itself is a fault: whoever sent it here meant it. */
export const severityOf = (value: unknown): Severity => words[textOf(value)?.toLowerCase() ?? ""] ?? "fault";
