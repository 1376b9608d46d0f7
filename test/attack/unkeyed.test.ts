// Headers and queries that no cache has in its key: whatever they say, bytes and headers of the answer are the same, so that no visitor's request can
// put into a cache what another one gets. On every runtime, over raw sockets.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import fc from "fast-check";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import type { RawAnswer } from "../support/raw-http.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";

const seed = testLong ? testSeed : 8123;
const numRuns = count(120, 5_000);

/** What an answer may depend on, and what says where a request or its connection ends: test/attack/smuggling.test.ts has those. */
const keyed: ReadonlySet<string> = new Set([
  "host",
  "accept-encoding",
  "if-none-match",
  "content-length",
  "transfer-encoding",
  "connection",
  "expect",
  "upgrade",
]);

type Header = readonly [name: string, value: string];

const foreign: readonly Header[] = [
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-For", "127.0.0.1"],
  ["X-Forwarded-Proto", "https"],
  ["X-Forwarded-Port", "4711"],
  ["X-Forwarded-Scheme", "nothttps"],
  ["X-Forwarded-Prefix", "/canary"],
  ["X-Forwarded-Server", "evil.example"],
  ["X-Host", "evil.example"],
  ["X-HTTP-Host-Override", "evil.example"],
  ["Forwarded", "for=127.0.0.1;host=evil.example;proto=https"],
  ["X-Original-URL", "/canary"],
  ["X-Original-Host", "evil.example"],
  ["X-Rewrite-URL", "/canary"],
  ["X-HTTP-Method-Override", "DELETE"],
  ["X-HTTP-Method", "POST"],
  ["X-Method-Override", "OPTIONS"],
  ["X-Real-IP", "127.0.0.1"],
  ["True-Client-IP", "127.0.0.1"],
  ["CF-Connecting-IP", "127.0.0.1"],
  ["Range", "bytes=0-3"],
  ["Range", "bytes=-5"],
  ["Range", "bytes=999999-"],
  ["Range", "bytes=0-0,2-2,4-4"],
  ["If-Range", '"x"'],
  ["If-Match", '"x"'],
  ["If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"],
  ["If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ["Cookie", "session=1; lang=de; theme=dark"],
  ["Authorization", "Bearer x"],
  ["Proxy-Authorization", "Basic eDp5"],
  ["Accept", "application/json"],
  ["Accept", "text/html;q=0"],
  ["Accept-Language", "de, en;q=0.5"],
  ["Accept-Charset", "utf-16"],
  ["User-Agent", "Googlebot/2.1"],
  ["User-Agent", "Mozilla/5.0 (iPhone)"],
  ["Origin", "https://evil.example"],
  ["Origin", "null"],
  ["Referer", "https://evil.example/"],
  ["Access-Control-Request-Method", "PUT"],
  ["Sec-Fetch-Mode", "cors"],
  ["Sec-Fetch-Dest", "iframe"],
  ["Save-Data", "on"],
  ["Sec-CH-UA-Mobile", "?1"],
  ["DNT", "1"],
  ["Cache-Control", "no-cache"],
  ["Cache-Control", "only-if-cached"],
  ["Pragma", "no-cache"],
  ["Pragma", "akamai-x-get-cache-key"],
  ["Via", "1.1 evil"],
  ["Max-Forwards", "0"],
  ["TE", "trailers"],
  ["Trailer", "X-Evil"],
  ["Surrogate-Capability", 'evil="Surrogate/1.0 ESI/1.0"'],
  ["Fastly-Debug", "1"],
  ["X-Middleware-Subrequest", "middleware"],
  ["X-Forwarded-SSL", "on"],
  ["Front-End-Https", "on"],
  ["X-WAP-Profile", "https://evil.example/"],
  ["Last-Event-ID", "1"],
  ["Pharos-Generation", "999"],
  ["Pharos-Level", "3"],
  ["Surrogate-Key", "p2"],
];

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((name) => !keyed.has(name));
const value = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/);
const header = fc.oneof(fc.constantFrom(...foreign), fc.tuple(token, value));
const query = fc.stringMatching(/^\?[!"$-~]{0,40}$/);
const paths = [
  "/",
  "/api/v2/summary.json",
  "/history.atom",
  "/icon.svg",
  "/nothing",
  "/nothing.json",
] as const;
const encodings = ["identity", "gzip", "br", "gzip, br, zstd"] as const;

for (const runtime of runtimes)
  describe(`attack/unkeyed headers on ${runtime.name}`, () => unkeyedOn(runtime));

function unkeyedOn(runtime: Runtime): void {
  let pop: AttackedPop;
  const plain = new Map<string, ReturnType<typeof comparable>>();
  const usual = (path: string, encoding: string) => {
    const answer = plain.get(`${path} ${encoding}`);
    if (answer === undefined) throw new Error(`${path} was not asked for before`);
    return answer;
  };
  /** What an answer says that it varies by, every cache has in its key. */
  const unkeyed = (path: string, encoding: string, more: readonly Header[]): readonly Header[] => {
    const { headers } = usual(path, encoding);
    const varies = new Map(headers).get("vary")?.split(", ") ?? [];
    return more.filter(([name]) => !varies.includes(name.toLowerCase()));
  };
  const ask = async (path: string, encoding: string, more: Readonly<Record<string, string>>) =>
    comparable(await pop.visit(path, { "Accept-Encoding": encoding, ...more }));
  beforeAll(async () => {
    if (!runtime.present) return;
    pop = await startAttackedPop(await runtime.program());
    // The first answer of a body that was made here may be told apart from the next; the second is what everybody gets.
    for (const path of paths)
      for (const encoding of encodings) {
        await ask(path, encoding, {});
        plain.set(`${path} ${encoding}`, await ask(path, encoding, {}));
      }
  }, 60_000);
  afterAll(() => pop?.end());

  runtime.test("each header that others act on: the same answer", async () => {
    for (const path of ["/", "/nothing"] as const)
      for (const [name, said] of unkeyed(path, "gzip", foreign))
        expect([name, await ask(path, "gzip", { [name]: said })]).toEqual([name, usual(path, "gzip")]);
  });

  runtime.test(
    `any headers and queries, ${numRuns} times: the same answer (seed ${seed})`,
    async () => {
      const headers = fc.array(header, { minLength: 1, maxLength: 8 });
      const same = fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom(...encodings),
        headers,
        fc.oneof(fc.constant(""), query),
        async (path, encoding, more, search) => {
          const asked = unkeyed(path, encoding, more);
          const answer = await ask(`${path}${search}`, encoding, Object.fromEntries(asked));
          expect(answer).toEqual(usual(path, encoding));
        },
      );
      await fc.assert(same, { seed, numRuns });
    },
    count(60_000, 600_000),
  );

  runtime.test("the answers that are compared differ by path and encoding", () => {
    expect(new Set([...plain.values()].map(({ body }) => body)).size).toBeGreaterThan(10);
    for (const path of ["/", "/icon.svg"]) expect(usual(path, "identity").status).toBe(200);
    expect(usual("/nothing", "identity").status).toBe(404);
  });
}

/** All of an answer but the moment at which it was given. */
function comparable({ status, headers, body }: RawAnswer) {
  const said = [...headers].filter(([name]) => name !== "date").toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { status, headers: said, body: body.toString("latin1") };
}
