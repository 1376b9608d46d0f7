import { afterAll, describe, expect, test } from "bun:test";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type DialOptions, dial, dialSocket, keepConnections, readAll } from "../../src/host/dial.ts";
import { allowedOf, reach } from "../../src/host/reach.ts";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

async function serve(answer: RequestListener): Promise<{ url: string; port: number; connections(): number }> {
  let connections = 0;
  const server = createServer(answer);
  server.on("connection", () => void connections++);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, connections: () => connections };
}

const loopback = allowedOf(["127.0.0.0/8"]);
if (!loopback.ok) throw new Error("loopback is a network");
const foreignHere: DialOptions = { policy: "foreign", allowed: loopback.value, timeoutMs: 2_000 };

const textOf = async (url: string, options: DialOptions): Promise<string> => {
  const answer = await dial(url, options);
  return `${answer.status} ${Buffer.from(await readAll(answer.body, 1_000)).toString()}`;
};

const inside = [
  "127.0.0.1",
  "127.8.8.8",
  "0.0.0.0",
  "10.0.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.100.100.200",
  "168.63.129.16",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::7f00:1",
  "64:ff9b:1::a00:1",
  "2001::1",
  "2002:7f00:1::",
  "fd00:ec2::254",
  "fe80::1",
  "fec0::1",
  "ff02::1",
];
const outside = ["1.1.1.1", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1111", "2a00::1"];

describe("where foreign names may lead", () => {
  for (const address of inside)
    test(`${address} is refused, and is what an operator may name`, async () => {
      expect(await reach(address, { policy: "foreign" }).catch((thrown) => thrown.code)).toBe(
        "address-refused",
      );
      expect((await reach(address, { policy: "configured" })).address).toBe(address);
    });
  test("public addresses are not", async () => {
    for (const address of outside)
      expect((await reach(address, { policy: "foreign" })).address).toBe(address);
  });
  test("a name is judged by where it leads", async () => {
    expect(await reach("localhost", { policy: "foreign" }).catch((thrown) => thrown.code)).toBe(
      "address-refused",
    );
  });
  test("an allowed network is open, its neighbour stays shut", async () => {
    const some = allowedOf(["10.1.0.0/16", "fd00:1::/48", "127.0.0.1"]);
    if (!some.ok) throw new Error(some.wrong);
    const terms = { policy: "foreign", allowed: some.value } as const;
    for (const open of ["10.1.2.3", "fd00:1::5", "127.0.0.1"])
      expect((await reach(open, terms)).address).toBe(open);
    for (const shut of ["10.2.0.1", "fd00:2::5", "127.0.0.2"])
      expect(await reach(shut, terms).catch((thrown) => thrown.code)).toBe("address-refused");
  });
  for (const wrong of ["", "here", "10.0.0.0/33", "10.0.0.0/8/8", "fd00::/129", "10.0.0.0/-1", "10.0.0/8"])
    test(`no network: ${JSON.stringify(wrong)}`, () =>
      expect(allowedOf(["10.0.0.0/8", wrong])).toEqual({ ok: false, wrong }));
});

describe("kept connections", () => {
  test("twenty requests, one after the other, take one connection; without them each its own", async () => {
    const served = await serve((request, response) => request.resume().on("end", () => response.end("ok")));
    const kept = keepConnections(2);
    for (let at = 0; at < 20; at++)
      expect(await textOf(served.url, { ...foreignHere, method: "POST", body: Buffer.from("x"), kept })).toBe(
        "200 ok",
      );
    expect(served.connections()).toBe(1);
    for (let at = 0; at < 5; at++) await textOf(served.url, foreignHere);
    expect(served.connections()).toBe(6);
    kept.close();
  });
  test("a name that leads inside is refused where connections are kept, too", async () => {
    const served = await serve((_request, response) => response.end("ok"));
    const kept = keepConnections(2);
    const asked = dial(`http://localhost:${served.port}/`, { policy: "foreign", timeoutMs: 2_000, kept });
    expect(await asked.catch((thrown) => thrown.code)).toBe("address-refused");
    expect(served.connections()).toBe(0);
    kept.close();
  });
});

describe("redirects", () => {
  test("are answers, unless they are to be followed", async () => {
    const served = await serve((request, response) => {
      if (request.url === "/to") response.end("there");
      else response.writeHead(302, { location: "/to" }).end("away");
    });
    expect(await textOf(served.url, foreignHere)).toBe("302 away");
    expect(await textOf(served.url, { ...foreignHere, redirectsMax: 1 })).toBe("200 there");
  });
  test("one that leads inside is refused", async () => {
    const inner = await serve((_request, response) => response.end("secret"));
    const outer = await serve((_request, response) =>
      response.writeHead(302, { location: inner.url.replace("127.0.0.1", "127.0.0.2") }).end(),
    );
    const only = allowedOf(["127.0.0.1"]);
    if (!only.ok) throw new Error(only.wrong);
    const asked = dial(outer.url, {
      policy: "foreign",
      allowed: only.value,
      timeoutMs: 2_000,
      redirectsMax: 3,
    });
    expect(await asked.catch((thrown) => thrown.code)).toBe("address-refused");
    expect(inner.connections()).toBe(0);
  });
  test("a loop ends with the last redirect; POST keeps its body by 307 and is not made GET by 302", async () => {
    let asked = 0;
    const loop = await serve((_request, response) => {
      asked++;
      response.writeHead(307, { location: "/" }).end();
    });
    expect(await textOf(loop.url, { ...foreignHere, redirectsMax: 3 })).toBe("307 ");
    expect(asked).toBe(4);
    const served = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        if (request.url === "/to")
          response.end(`${request.method} ${Buffer.concat(chunks)} ${request.headers.authorization}`);
        else response.writeHead(request.url === "/307" ? 307 : 302, { location: "/to" }).end();
      });
    });
    const post = { ...foreignHere, method: "POST", body: Buffer.from("hello"), redirectsMax: 3 } as const;
    expect(await textOf(`${served.url}/307`, post)).toBe("200 POST hello undefined");
    expect(await textOf(`${served.url}/302`, post)).toBe("302 ");
  });
  test("credentials go to no other origin", async () => {
    const there = await serve((request, response) => response.end(String(request.headers.authorization)));
    const here = await serve((_request, response) => response.writeHead(302, { location: there.url }).end());
    const headers = { authorization: "Bearer secret" };
    expect(await textOf(there.url, { ...foreignHere, headers })).toBe("200 Bearer secret");
    expect(await textOf(here.url, { ...foreignHere, headers, redirectsMax: 1 })).toBe("200 undefined");
  });
});

test("a socket leads to the checked address, or nowhere", async () => {
  const served = await serve((_request, response) => response.end());
  const place = { host: "127.0.0.1", port: served.port };
  (await dialSocket(place, { policy: "configured", timeoutMs: 2_000 })).destroy();
  const refused = dialSocket(place, { policy: "foreign", timeoutMs: 2_000 });
  expect(await refused.catch((thrown) => thrown.code)).toBe("address-refused");
  const nobody = dialSocket({ host: "127.0.0.1", port: 1 }, { policy: "configured", timeoutMs: 2_000 });
  expect(await nobody.catch((thrown) => thrown.code)).toBe("unreachable");
});
