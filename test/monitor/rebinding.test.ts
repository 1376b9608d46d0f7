// DNS rebinding: a name that leads to an allowed address and inside, by turns.
import { expect } from "bun:test";
import { join } from "node:path";
import { runWithOwnResolver, testWithOwnResolver } from "../support/own-resolver.ts";

testWithOwnResolver(
  "what was looked up is what is connected to, for a redirect too; inside is never reached",
  () => {
    const said = runWithOwnResolver(join(import.meta.dirname, "rebinding-child.ts"));
    expect(said).toEqual({
      // Once allowed, once inside, once allowed with a redirect that finds the name leading inside.
      found: ["up", "not-allowed", "not-allowed"],
      connected: ["127.0.0.1", "127.0.0.1"],
      // One look-up for each connection, and none behind it.
      asked: 4,
    });
  },
);
