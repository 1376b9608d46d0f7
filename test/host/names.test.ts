// Names whose servers are dead, beside one that is well.
import { expect } from "bun:test";
import { join } from "node:path";
import { runWithOwnResolver, testWithOwnResolver } from "../support/own-resolver.ts";

testWithOwnResolver("a name that is well waits for none of 64 that nobody answers for", () => {
  const found = runWithOwnResolver(join(import.meta.dirname, "names-child.ts"));
  expect(found).toEqual({ address: "1.1.1.1", ended: 0 });
});
