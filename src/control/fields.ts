// The kinds of field that bodies and queries are made of, each with the sentence that a wrong one is answered with.
// In: nothing. Out: schemas. Forms know only texts, so numbers and yes or no are read from texts too; "" and null are "not said".
import { type TSchema, t } from "elysia";
import { limits } from "../base/limits.ts";

/** What a body may say about one field; absent, null and "" all mean that it says nothing. */
export const maybe = <Schema extends TSchema>(schema: Schema) =>
  t.Optional(t.Union([schema, t.Null(), t.Literal("")]));

export const text = (charsMax: number, charsMin = 0) =>
  t.String({ minLength: charsMin, maxLength: charsMax });
/** Of what is being made: it must have one. */
export const name = () => text(limits.nameCharsMax, 1);
/** Yes or no, as a form says it too: Rails reads "t" and "1", and clients send them. */
export const flag = () =>
  t
    .Transform(t.Union([t.Boolean(), t.String({ pattern: "^(true|false|t|f|1|0)$" })]))
    .Decode((value) => value === true || value === "true" || value === "t" || value === "1")
    .Encode((value) => value);

export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  t.UnionEnum(words as [Word, ...Word[]]);

/** A value as a reader gets it: null and "" count as not said. */
export function said<Value>(value: Value | null | "" | undefined): Value | undefined {
  return value === null || value === "" ? undefined : value;
}

/** Pages of a list: `page` from 1, `per_page` or `limit` up to 100 (Statuspage's own bound). */
export const paging = {
  page: t.Optional(t.Numeric({ minimum: 1, maximum: 1_000_000 })),
  per_page: t.Optional(t.Numeric({ minimum: 1, maximum: 1_000_000 })),
  limit: t.Optional(t.Numeric({ minimum: 1, maximum: 1_000_000 })),
};

export interface Paging {
  readonly page?: number;
  readonly per_page?: number;
  readonly limit?: number;
}

/** Where the asked part of a list begins, and how long it may be. Statuspage counts pages from 1, and those of subscribers from 0. */
export function partOf(asked: Paging, firstPage = 1): { readonly offset: number; readonly limit: number } {
  const limit = Math.min(limits.apiListMax, Math.floor(asked.limit ?? asked.per_page ?? limits.apiListMax));
  return { offset: (Math.floor(asked.page ?? firstPage) - firstPage) * limit, limit };
}

/** The part of a list that was asked for. */
export function pageOf<Entry>(entries: readonly Entry[], asked: Paging): readonly Entry[] {
  const { offset, limit } = partOf(asked);
  return entries.slice(offset, offset + limit);
}
