import { afterEach, expect, test } from "bun:test";
import { bluesky } from "../../src/notify/social-bluesky.ts";
import { mastodon } from "../../src/notify/social-mastodon.ts";
import { unsignalled } from "./invented-delivery.ts";
import { postingHere, receiver } from "./receiver.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function there() {
  const made = await receiver();
  open.push(made.close);
  return made;
}

const post = { text: "All regions are down.", key: "k+/=", atMs: Date.UTC(2026, 10, 22), language: "en" };

test("Mastodon: one public post by its key; a cut text; what its answers mean", async () => {
  const server = await there();
  const account = mastodon.open(server.url, "tok", postingHere());
  expect(await account?.publish({ ...post, text: "👩‍🚒".repeat(600) }, unsignalled)).toEqual({
    kind: "sent",
    receipt: "200",
    status: 200,
  });
  const [came] = server.came;
  expect(came).toMatchObject({
    path: "/api/v1/statuses",
    headers: { authorization: "Bearer tok", "idempotency-key": "k+/=" },
  });
  const said = JSON.parse(came?.body ?? "");
  expect(said).toMatchObject({ visibility: "public", language: "en" });
  expect([...new Intl.Segmenter("en").segment(said.status)].length).toBe(500);
  for (const [status, kind] of [
    [401, "refused"],
    [422, "refused"],
    [429, "later"],
    [503, "later"],
  ] as const) {
    server.answers = [(_came, response) => void response.writeHead(status).end()];
    expect((await account?.publish(post, unsignalled))?.kind).toBe(kind);
  }
});

test("Bluesky: a session, then a record whose name follows from the key, with its links marked in bytes", async () => {
  const server = await there();
  server.answers = [
    (_came, response) => void response.end('{"accessJwt":"jwt","did":"did:plc:1"}'),
    (_came, response) => void response.end("{}"),
  ];
  const account = bluesky.open(`${server.url}/status.example.org`, "pass", postingHere());
  const text = "Störung – see https://example.org/incident.";
  expect((await account?.publish({ ...post, text }, unsignalled))?.kind).toBe("sent");
  expect(server.came.map(({ path }) => path)).toEqual([
    "/xrpc/com.atproto.server.createSession",
    "/xrpc/com.atproto.repo.putRecord",
  ]);
  expect(JSON.parse(server.came[0]?.body ?? "")).toEqual({
    identifier: "status.example.org",
    password: "pass",
  });
  const { repo, collection, rkey, record } = JSON.parse(server.came[1]?.body ?? "");
  expect([repo, collection, rkey]).toEqual(["did:plc:1", "app.bsky.feed.post", "k---"]);
  expect(record).toMatchObject({ text, langs: ["en"], createdAt: "2026-11-22T00:00:00.000Z" });
  const [{ index, features }] = record.facets;
  expect(features[0].uri).toBe("https://example.org/incident");
  expect(Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString()).toBe(
    "https://example.org/incident",
  );
});

test("Bluesky: no session, no post", async () => {
  const server = await there();
  const account = bluesky.open(`${server.url}/status.example.org`, "wrong", postingHere());
  for (const [status, body, kind] of [
    [401, "{}", "refused"],
    [200, "<html>", "later"],
    [500, "", "later"],
  ] as const) {
    server.answers = [(_came, response) => void response.writeHead(status).end(body)];
    expect((await account?.publish(post, unsignalled))?.kind).toBe(kind);
  }
  expect(server.came.every(({ path }) => path.endsWith("createSession"))).toBe(true);
});

test("places that are no accounts", () => {
  const posting = postingHere();
  for (const place of ["", "mastodon.example", "https://mastodon.example/@me", "ftp://mastodon.example"])
    expect(mastodon.open(place, "t", posting)).toBe(null);
  for (const place of ["", "https://bsky.social", "https://bsky.social/me", "https://bsky.social/a.b/c"])
    expect(bluesky.open(place, "t", posting)).toBe(null);
  posting.close();
});
