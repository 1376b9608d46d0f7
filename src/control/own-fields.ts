// What the rows of the own API share. In: Faults, times. Out: refusals, texts.
import { Fault } from "../base/fault.ts";
import { ApiRefusal } from "./answer.ts";

export const isoOf = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoOf(ms));

const statusOf: Readonly<Partial<Record<string, 404 | 409>>> = {
  "not-found": 404,
  usage: 409,
  busy: 409,
  "document-refused": 409,
};

/** A Fault that the caller can do something about is a refusal; any other stays what it is. */
export async function refusing<Value>(work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    const status = thrown instanceof Fault ? statusOf[thrown.code] : undefined;
    if (status === undefined || !(thrown instanceof Fault)) throw thrown;
    throw new ApiRefusal({ status, error: `${thrown.message} ${thrown.remedy}` });
  }
}
