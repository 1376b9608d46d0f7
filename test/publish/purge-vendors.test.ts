// What each CDN is asked, and what its documented answers mean. None of these vendors can be reached from a test, so a local server gives the
// answers that their documents show; that they still do is not shown here.
import { afterAll, expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { dial } from "../../src/host/dial.ts";
import { purgeVendors } from "../../src/publish/purge.ts";
import { cloudflare } from "../../src/publish/purge-cloudflare.ts";
import { fastly } from "../../src/publish/purge-fastly.ts";
import { createLane } from "../../src/publish/purge-lane.ts";
import type { PurgeAdapter } from "../../src/publish/purge-types.ts";
import { webhook } from "../../src/publish/purge-webhook.ts";
import { until } from "../support/installation.ts";
import { manualClock } from "../support/manual-clock.ts";
import { answerAs, type RecordedAnswer } from "../support/recorded-answers.ts";

const server = await answerAs({ status: 500 });
afterAll(() => server.close());
const json = { "content-type": "application/json" };
const zone = "023e105f4ecef8ad9ca31a8372d0c353";
const token = () => "a-token";

interface Vendor {
  readonly adapter: PurgeAdapter;
  /** Of a purge of the pages `acme` and `status.example.org`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly done: readonly RecordedAnswer[];
  readonly refused: readonly (readonly [RecordedAnswer, string])[];
  readonly again: readonly (readonly [RecordedAnswer, string])[];
}

const limited: RecordedAnswer = { status: 429, headers: { "retry-after": "30" }, body: "" };
const vendors: readonly Vendor[] = [
  {
    adapter: fastly("SU1Z0isxPaozGVKXdv0eY", token, server.url),
    path: "/service/SU1Z0isxPaozGVKXdv0eY/purge",
    headers: { "fastly-key": "a-token", "fastly-soft-purge": "1", accept: "application/json", ...json },
    body: { surrogate_keys: ["acme", "status.example.org"] },
    done: [
      {
        status: 200,
        headers: json,
        body: '{"acme":"108-1391560174-974124","status.example.org":"108-1391560174-974125"}',
      },
    ],
    refused: [
      [
        { status: 401, headers: json, body: '{"msg":"Provided credentials are missing or invalid"}' },
        "It answered 401: Provided credentials are missing or invalid.",
      ],
      [
        { status: 404, headers: json, body: '{"msg":"Record not found","detail":"Cannot load service"}' },
        "It answered 404: Record not found, Cannot load service.",
      ],
    ],
    again: [
      [limited, "It answered 429."],
      [{ status: 503, body: "<html>" }, "It answered 503."],
    ],
  },
  {
    adapter: cloudflare(zone, token, server.url),
    path: `/client/v4/zones/${zone}/purge_cache`,
    headers: { authorization: "Bearer a-token", accept: "application/json", ...json },
    body: { tags: ["acme", "status.example.org"] },
    done: [
      {
        status: 200,
        headers: json,
        body: `{"success":true,"errors":[],"messages":[],"result":{"id":"${zone}"}}`,
      },
    ],
    refused: [
      [
        {
          status: 403,
          headers: json,
          body: '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}',
        },
        "It answered 403: Authentication error (10000).",
      ],
      [
        {
          status: 200,
          headers: json,
          body: '{"success":false,"errors":[{"code":1107,"message":"Only enterprise zones can purge by tag."}],"messages":[],"result":null}',
        },
        "It did not carry out the purge: Only enterprise zones can purge by tag. (1107).",
      ],
      [{ status: 200, body: "not its envelope" }, "It did not carry out the purge."],
    ],
    again: [
      [limited, "It answered 429."],
      [{ status: 502, body: "" }, "It answered 502."],
    ],
  },
  {
    adapter: webhook(`${server.url}/.pharos/purge`, token),
    path: "/.pharos/purge",
    headers: { "surrogate-key": "acme status.example.org", authorization: "Bearer a-token", ...json },
    body: { format: "pharos-purge/1", pages: ["acme", "status.example.org"] },
    done: [{ status: 200 }, { status: 202 }, { status: 204 }],
    refused: [
      [{ status: 403 }, "It answered 403."],
      [{ status: 301, headers: { location: "/elsewhere" } }, "It answered 301."],
    ],
    again: [
      [{ status: 408 }, "It answered 408."],
      [limited, "It answered 429."],
      [{ status: 500 }, "It answered 500."],
    ],
  },
];

/** One purge by the lane that a control plane has. Gives the outcome that it counted, and what it said. */
async function purgeOnce(
  adapter: PurgeAdapter,
  answer: RecordedAnswer,
): Promise<{ outcome: string; says: string }> {
  server.answer(answer);
  const metrics = createMetrics();
  const said: string[] = [];
  const log = { ...silentLog, warn: (sentence: string) => void said.push(sentence) };
  const lane = createLane(adapter, { dial, clock: manualClock(), random: seededRandom(1), log, metrics });
  const outcomes = metrics.counter("purge_requests_total", "", "outcome");
  const kinds = ["done", "again", "refused", "unreachable"];
  lane.add("acme");
  const outcome = await until("the purge has an outcome", () =>
    kinds.find((kind) => outcomes.value(kind) > 0),
  );
  await lane.stop();
  return { outcome, says: said[0] ?? "" };
}

for (const { adapter, path, headers, body, done, refused, again } of vendors) {
  test(`publish/${adapter.name.split(":")[0]} is asked as its documents say`, async () => {
    const { url, headers: sent, body: text } = adapter.call(["acme", "status.example.org"]);
    expect(url).toBe(`${server.url}${path}`);
    expect(sent).toEqual(headers);
    expect(JSON.parse(text)).toEqual(body);
    const before = server.asked.length;
    await purgeOnce(adapter, { status: 200, body: '{"success":true}' });
    const asked = server.asked[before];
    expect(asked).toMatchObject({ method: "POST", path });
    for (const name of Object.keys(headers)) expect(asked?.headers).toHaveProperty(name);
    expect(asked?.headers["content-length"]).toBe(String(Buffer.byteLength(asked?.body ?? "")));
  });

  test(`publish/${adapter.name.split(":")[0]}'s answers are judged by what they say`, async () => {
    for (const answer of done)
      expect(await purgeOnce(adapter, answer)).toEqual({ outcome: "done", says: "" });
    for (const [answer, sentence] of refused) {
      const { outcome, says } = await purgeOnce(adapter, answer);
      expect([outcome, says]).toEqual([
        "refused",
        `A CDN did not take a purge. ${sentence} It is tried again.`,
      ]);
    }
    for (const [answer, sentence] of again) {
      const { outcome, says } = await purgeOnce(adapter, answer);
      expect([outcome, says]).toEqual([
        "again",
        `A CDN did not take a purge. ${sentence} It is tried again.`,
      ]);
    }
  });
}

test("publish/no vendor is taken for what it is not", () => {
  const opened = (vendor: string, place: string, given: (() => string) | null = token): string | undefined =>
    purgeVendors.find(({ name }) => name === vendor)?.open(place, given)?.name;
  expect(opened("fastly", "SU1Z0isxPaozGVKXdv0eY")).toBe("fastly:SU1Z0isxPaozGVKXdv0eY");
  expect(opened("fastly", "SU1Z0isxPaozGVKXdv0eY", null)).toBeUndefined();
  expect(opened("fastly", "../purge_all")).toBeUndefined();
  expect(opened("cloudflare", zone)).toBe(`cloudflare:${zone}`);
  expect(opened("cloudflare", "example.org")).toBeUndefined();
  expect(opened("cloudflare", zone, null)).toBeUndefined();
  expect(opened("webhook", "https://cache.example.org/purge?page=all", null)).toBe(
    "webhook:cache.example.org",
  );
  expect(opened("webhook", "https://user:secret@cache.example.org/")).toBeUndefined();
  expect(opened("webhook", "ftp://cache.example.org/")).toBeUndefined();
  expect(new Set(vendors.map(({ adapter }) => adapter.name.split(":")[0]))).toEqual(
    new Set(purgeVendors.map(({ name }) => name)),
  );
});
