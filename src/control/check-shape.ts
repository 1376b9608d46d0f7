// A check as a schema, by the model's names: what a page's file says of one. In: nothing. Out: the schema. Bounds are the decision's to tell, in words.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { checkActs, checkMethods, dnsTypes, outageStatuses } from "../model/check.ts";
import { orNull } from "./answers.ts";
import { oneOf, text } from "./fields.ts";

const number = () => t.Number({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 });
const word = () => text(limits.checkUrlCharsMax);
const words = () => text(limits.checkTextCharsMax);
const { Optional: maybe } = t;

/** What is "", or null in the place of a header's value, was left out. */
const http = t.Object({
  kind: t.Literal("http"),
  url: word(),
  method: oneOf(checkMethods),
  headers: t.Array(
    t.Array(orNull(text(limits.checkHeaderCharsMax)), {
      minItems: 2,
      maxItems: 2,
      description: "name and value",
    }),
    { maxItems: limits.checkHeadersMax },
  ),
  body: orNull(words()),
  statuses: text(limits.checkStatusesCharsMax),
  keyword: orNull(words()),
  keywordAbsent: t.Boolean(),
  json: orNull(t.Object({ path: words(), equals: words() })),
  redirectsMax: number(),
  certificateDays: orNull(number()),
});
const talk = { send: orNull(words()), expect: orNull(words()) };
const tcp = t.Object({ kind: t.Literal("tcp"), host: text(253), port: number(), ...talk });
const tls = t.Object({
  kind: t.Literal("tls"),
  host: text(253),
  port: number(),
  serverName: orNull(text(253)),
  days: number(),
});
const dns = t.Object({
  kind: t.Literal("dns"),
  name: text(253),
  type: oneOf(dnsTypes),
  server: orNull(text(253)),
  expect: t.Array(words(), { maxItems: limits.checkAnswersMax }),
});
const websocket = t.Object({ kind: t.Literal("websocket"), url: word(), ...talk });
const heartbeat = t.Object({
  kind: t.Literal("heartbeat"),
  schedule: t.Union([
    t.Object({ everyMs: number() }),
    t.Object({ cron: text(limits.cronCharsMax), zone: text(100) }),
  ]),
  graceMs: number(),
});

const id = () => text(limits.idCharsMax, 1);

export const checkInFile = t.Object({
  id: id(),
  name: text(limits.nameCharsMax, 1),
  target: t.Union([http, tcp, tls, dns, websocket, heartbeat]),
  paused: maybe(t.Boolean()),
  everyMs: maybe(number()),
  timeoutMs: maybe(number()),
  pops: maybe(t.Array(text(64, 1), { maxItems: limits.checkPopsMax })),
  componentId: maybe(orNull(id())),
  parentId: maybe(orNull(id())),
  latency: maybe(t.Boolean()),
  slowMs: maybe(orNull(number())),
  failuresToOpen: maybe(number()),
  successesToClose: maybe(number()),
  alone: maybe(t.Boolean()),
  outageStatus: maybe(oneOf(outageStatuses)),
  act: maybe(oneOf(checkActs)),
  templateId: maybe(orNull(id())),
  position: maybe(number()),
  createdAt: maybe(orNull(number())),
  updatedAt: maybe(orNull(number())),
});
