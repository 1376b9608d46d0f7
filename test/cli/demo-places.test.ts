import { afterEach, expect, test } from "bun:test";
import { choosePlaces } from "../../src/cli/demo-places.ts";
import { hasHost } from "../../src/cli/free-address.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { freePort } from "../support/installation.ts";
import { skipUnless } from "../support/skip.ts";

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop(true);
});
const take = (address: string, port: number): void => {
  listeners.push(listenHttp({ address, port, bodyBytesMax: 1, fetch: () => new Response() }));
};
const testWithHosts = skipUnless(hasHost("127.0.0.12"), "this machine has of 127.0.0.0/8 only 127.0.0.1");

const said: string[] = [];
const choose = (wanted: { port: number; controlPort: number }, hosts?: readonly string[]) => {
  said.length = 0;
  return choosePlaces({ dnsPort: 0, ...wanted }, (sentence) => void said.push(sentence), hosts);
};

testWithHosts(
  "one port at three addresses; a port that is taken at one of them is taken for all",
  async () => {
    const port = await freePort();
    const free = choose({ port, controlPort: await freePort() });
    expect(free.pops.map(({ page }) => page)).toEqual(
      ["127.0.0.11", "127.0.0.12", "127.0.0.13"].map((host) => ({ host, port })),
    );
    take("127.0.0.12", port);
    const moved = choose({ port, controlPort: await freePort() });
    const [first] = moved.pops;
    expect(new Set(moved.pops.map(({ page }) => page.port)).size).toBe(1);
    expect(first?.page.port).toBeGreaterThan(port);
    expect(said).toContain(`Status page: port ${port} is taken, so it is ${first?.page.port}.`);
  },
);

test("a machine without these addresses: ports of 127.0.0.1, each its own, and said so", async () => {
  const port = await freePort();
  const { pops, api, feed } = choose({ port, controlPort: port }, ["127.0.0.1", "192.0.2.12", "192.0.2.13"]);
  const all = [...pops.flatMap(({ page, ops }) => [page, ops]), api, feed];
  expect(new Set(all.map(({ host }) => host))).toEqual(new Set(["127.0.0.1"]));
  expect(new Set(all.map((place) => place.port)).size).toBe(all.length);
  expect(said[0]).toBe("Status page: this machine has no 192.0.2.12, so they are ports of 127.0.0.1.");
});

test("port 0: the system chooses, and what it chose is told", () => {
  const { pops, api } = choose({ port: 0, controlPort: 0 });
  for (const { port } of [...pops.map(({ page }) => page), api]) expect(port).toBeGreaterThan(0);
});
