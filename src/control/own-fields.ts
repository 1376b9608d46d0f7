// What the rows of the own API share. In: Faults, times. Out: refusals, texts.
import { Fault } from "../base/fault.ts";
import type { PageView } from "../model/view.ts";
import { byOf, type Principal } from "../people/principal.ts";
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

/** What the audit tells of something that befell a page and is no op: who did it, to which. Nothing was there before. */
export function aboutPage({ page }: PageView, principal: Principal) {
  return {
    ...byOf(principal),
    subject: { kind: "page", id: page.id, name: page.name } as const,
    pages: [page.id],
    before: null,
  };
}
