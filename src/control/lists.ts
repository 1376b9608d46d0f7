// Lists of a page that go line by line: what a line is, where lines come from, where they go. In: calls, lines. Out: lines, and what became of them.
// A list more is a value here and two rows in own-lists.ts.
import { getSchemaValidator, type Static, type TSchema, t } from "elysia";
import { limits } from "../base/limits.ts";
import { isEmail, isPhoneNumber, isWebAddress } from "../model/addresses.ts";
import { languageCodes } from "../model/language.ts";
import type { Need } from "../model/roles.ts";
import {
  type Contact,
  noContact,
  type Subscriber,
  subscriberKinds,
  subscriberStates,
} from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { SeriesRow } from "../store/series.ts";
import type { Brought } from "../store/subscribers.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { orNull } from "./answers.ts";
import type { Call } from "./endpoint.ts";
import { oneOf, text } from "./fields.ts";
import { sentenceOf } from "./validation.ts";

type Parts = Pick<Call<unknown, unknown, unknown>, "subscribers" | "series" | "nowMs">;

export interface List<Line> {
  /** What the first line says. */
  readonly format: string;
  readonly needs: Need;
  readonly head: TSchema;
  readonly line: TSchema;
  out(parts: Parts, page: string): AsyncIterable<readonly Line[]>;
  /** Throws ApiRefusal, which names the line by its number. */
  read(text: string, number: number, view: PageView): { readonly line: Line } | { readonly end: number };
  bring(parts: Parts, view: PageView, lines: readonly Line[]): Promise<Brought>;
}

const ms = () => t.Integer({ minimum: 0, maximum: 253_402_300_799_999 });
const id = () => t.String({ pattern: "^[A-Za-z0-9_-]{1,64}$", description: "an id" });

export const tail = t.Object({ end: t.Integer({ minimum: 0 }) });
const headOf = (format: string) => t.Object({ format: t.Literal(format), page: id() });

const chosenComponents = () => orNull(t.Array(id(), { maxItems: limits.componentsPerCommandMax }));

const subscriberLine = t.Object({
  id: id(),
  kind: oneOf(subscriberKinds),
  state: oneOf(subscriberStates),
  contact: t.Object({
    email: t.Optional(text(limits.emailCharsMax)),
    endpoint: t.Optional(text(limits.endpointCharsMax)),
    phoneNumber: t.Optional(text(40)),
    phoneCountry: t.Optional(t.String({ pattern: "^[A-Z]{2}$", description: "a country of two letters" })),
    channelName: t.Optional(text(1_000)),
    workspaceName: t.Optional(text(1_000)),
  }),
  components: chosenComponents(),
  incident: orNull(id()),
  accessUser: orNull(id()),
  skipConfirmation: t.Boolean(),
  createdMs: ms(),
  quarantinedMs: orNull(ms()),
  consent: orNull(
    t.Object({
      ...{ way: oneOf(["operator", "reader"]), atMs: ms(), by: text(limits.nameCharsMax + 20, 1) },
      ...{ askedMs: t.Optional(ms()), source: t.Optional(text(limits.consentSourceCharsMax)) },
    }),
  ),
  language: t.Optional(orNull(oneOf(languageCodes))),
  course: t.Optional(
    orNull(
      t.Object({
        wish: orNull(
          t.Object({ atMs: ms(), components: chosenComponents(), language: orNull(oneOf(languageCodes)) }),
        ),
        ...{ unsubscribedMs: orNull(ms()), chosenMs: orNull(ms()), askedMs: orNull(ms()) },
        ...{ unreachableMs: orNull(ms()), why: orNull(text(limits.unreachableWhyCharsMax)) },
      }),
    ),
  ),
});

type SubscriberLine = Static<typeof subscriberLine>;

export const subscriberList: List<SubscriberLine> = {
  format: "pharos/subscribers/1",
  needs: "own",
  head: headOf("pharos/subscribers/1"),
  line: subscriberLine,
  async *out({ subscribers }, page) {
    for await (const some of subscribers.all(page)) yield some.map(subscriberOut);
  },
  read: reader(subscriberLine, (line) =>
    isReached(line) ? null : "has no address that its kind is reached by",
  ),
  bring: ({ subscribers }, { page }, lines) =>
    subscribers.bring(
      page.id,
      lines.map(
        (line): Subscriber => ({
          ...line,
          language: line.language ?? null,
          course: line.course ?? null,
          contact: { ...noContact, ...line.contact },
        }),
      ),
    ),
};

const listed = (ids: readonly string[] | null): string[] | null => ids && [...ids];

function subscriberOut({ contact, components, course, ...subscriber }: Subscriber): SubscriberLine {
  const wish = course?.wish && { ...course.wish, components: listed(course.wish.components) };
  const said = Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== null));
  return {
    ...subscriber,
    components: listed(components),
    contact: said,
    course: course ? { ...course, wish: wish ?? null } : null,
  };
}

function isReached({ kind, contact }: SubscriberLine): boolean {
  const { email, phoneNumber, endpoint } = contact as Partial<Contact>;
  if (kind === "email") return isEmail(email ?? "");
  if (kind === "sms") return isPhoneNumber(phoneNumber ?? "");
  return kind === "webhook" ? isWebAddress(endpoint ?? "") : Object.keys(contact).length > 0;
}

const value = () => t.Number({ minimum: -limits.seriesValueMax, maximum: limits.seriesValueMax });
const slots = limits.seriesBucketMs / limits.seriesStepMs;
const bucketLine = t.Object({
  metric: id(),
  bucket: t.Integer({ minimum: 0, maximum: 253_402_300_799_999, multipleOf: limits.seriesBucketMs }),
  // The step within the bucket, and its value.
  values: t.Array(t.Array(value(), { minItems: 2, maxItems: 2 }), { minItems: 1, maxItems: slots }),
});
const hourLine = t.Object({
  metric: id(),
  hour: t.Integer({ minimum: 0, maximum: 253_402_300_799_999, multipleOf: 3_600_000 }),
  count: t.Integer({ minimum: 1, maximum: 1_000_000 }),
  sum: t.Number(),
  min: value(),
  max: value(),
});
const pointLine = t.Union([bucketLine, hourLine]);

export const pointList: List<SeriesRow> = {
  format: "pharos/points/1",
  needs: "administer",
  head: headOf("pharos/points/1"),
  line: pointLine,
  out: ({ series }, page) => series.rows(page),
  read: reader(pointLine, (line: SeriesRow, { metrics }) => {
    if (!metrics.some((metric) => metric.id === line.metric))
      return `names the metric ${line.metric}, which is not on this page: import the page first`;
    const steps = "values" in line ? line.values.map(([step]) => step) : [];
    return steps.every((step) => Number.isInteger(step) && step >= 0 && step < slots)
      ? null
      : `has a step that is none of 0 to ${slots - 1}`;
  }),
  async bring({ series, nowMs }, { page }, lines) {
    const now = nowMs();
    const kept = lines.filter((line) =>
      "hour" in line
        ? line.hour > now - limits.seriesHourKeepMs && line.hour <= now
        : line.bucket > now - limits.seriesBucketKeepMs && line.bucket <= now,
    );
    await series.bring(page.id, kept);
    return { added: kept.length, known: lines.length - kept.length, erased: 0 };
  },
};

/** Reads a line by its schema, or the last one; `wrong` says what the schema cannot. */
function reader<Line>(
  schema: TSchema,
  wrong: (line: Line, view: PageView) => string | null,
): List<Line>["read"] {
  const validator = getSchemaValidator(schema, { dynamic: true });
  return (text, number, view) => {
    const value = jsonIn(text, number);
    const { end } = (value ?? {}) as { readonly end?: unknown };
    if (typeof end === "number") return { end };
    if (!validator.Check(value)) {
      const first = validator.Errors(value).First();
      throw refusedAt(
        number,
        `cannot be read: ${first === undefined ? "it is of no known form" : sentenceOf(first)}`,
      );
    }
    const why = wrong(value as Line, view);
    if (why !== null) throw refusedAt(number, why);
    return { line: value as Line };
  };
}

/** The page that a list is of. Throws ApiRefusal where the first line does not say so. */
export function headIn(
  { format }: Pick<List<never>, "format">,
  text: string | undefined,
): { readonly page: string } {
  const head = (text === undefined ? null : jsonIn(text, 1)) as {
    readonly format?: unknown;
    readonly page?: unknown;
  } | null;
  if (head?.format === format && typeof head.page === "string") return { page: head.page };
  throw refusedAt(1, `must be {"format":"${format}","page":"<id>"}, as an export begins`);
}

function jsonIn(text: string, number: number): unknown {
  try {
    return JSON.parse(text, (_key, entry) => (typeof entry === "string" ? entry.toWellFormed() : entry));
  } catch {
    throw refusedAt(number, "is no JSON");
  }
}

export const refusedAt = (number: number, why: string): ApiRefusal =>
  new ApiRefusal(
    unprocessable(`Line ${number} ${why}. The lines before it are kept; sent again they change nothing`),
  );
