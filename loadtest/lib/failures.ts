// How a try failed, in a visitor's words. In: k6's error code. Out: a kind of failure.
// Codes: https://grafana.com/docs/k6/latest/javascript-api/error-codes/
import type { FailureKind } from "./plan.ts";

const named: ReadonlyMap<number, FailureKind> = new Map([
  [1050, "silence"], // request timeout
  [1211, "silence"], // dial timeout
  [1212, "refused"],
  [1220, "reset"], // reset by peer while reading
  [1201, "reset"], // closed before the answer
]);

/** `status` is for answers that came and were not what was asked for. */
export const failureOf = (code: number): FailureKind => named.get(code) ?? "other";
