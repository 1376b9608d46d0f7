// What became of bytes that may hide a request. In: all that came back. Out: one of the table's outcomes; throws where it is none of them.
import { type Exchanged, isLast } from "../support/raw-exchange.ts";
import { canaryText, type Outcome } from "./smuggling-cases.ts";

const refusals: ReadonlySet<number> = new Set([400, 413, 414, 417, 431, 501, 505]);

/** `requests` are those that the bytes may hold by every reading, each of which may be answered. */
export function verdictOf(
  { answers, closed, text }: Exchanged,
  requests: "two" | "any number" = "two",
): Outcome {
  const last = answers.findIndex(isLast);
  // Bun refuses what is wrong behind an answer that ends the connection, before it closes: a client has stopped reading by then.
  const read = last === -1 ? answers : answers.slice(0, last + 1);
  const unread = answers.slice(read.length);
  if (unread.some(({ status }) => !refusals.has(status)))
    throw new Error(`Answered after the last answer:\n${text}`);
  if (last !== -1 && !closed)
    throw new Error(`An answer said that it was the last, and the connection is open:\n${text}`);
  if (read.length === 2 || (read.length > 2 && requests === "any number")) return "two";
  if (text.includes(canaryText)) throw new Error(`The canary was answered:\n${text}`);
  const [only] = read;
  if (only === undefined) return closed ? "refused" : "waits";
  if (read.length !== 1) throw new Error(`${read.length} answers:\n${text}`);
  if (!closed) return "one";
  return refusals.has(only.status) ? "refused" : "one, closed";
}
