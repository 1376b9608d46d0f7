// Workers that are replaced while visitors ask: no request is lost where the kernel hands on what a closing listener held.
import { expect, setDefaultTimeout } from "bun:test";
import { resolve } from "node:path";
import { noOwnNetworkReason, runInOwnNetwork } from "../support/own-network.ts";
import { skipUnless } from "../support/skip.ts";

setDefaultTimeout(60_000);

const testInNetwork = skipUnless(noOwnNetworkReason === null, noOwnNetworkReason ?? "");

testInNetwork("with tcp_migrate_req=1 a restart of the workers under load loses no request", async () => {
  const script = resolve(import.meta.dirname, "restart-load.ts");
  const out = await runInOwnNetwork(script, [], ["net.ipv4.tcp_migrate_req=1"]);
  const { asked, failures, replaced, ended } = JSON.parse(out);
  expect(failures).toEqual([]);
  expect(replaced).toEqual(["worker-1", "worker-2"]);
  expect(asked).toBeGreaterThan(1_000);
  expect(ended).toBe(0);
});
