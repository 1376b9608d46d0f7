// What processes of a POP say to each other: messages come back as they were; anything else is passed over.
import { expect, test } from "bun:test";
import { childSays, parentSays, toLine } from "../../src/edge/wire.ts";

test("edge/wire: messages survive a line", () => {
  const digest = "a".repeat(64);
  const outcome = { request: 1, changed: ["example."], refused: ["It is broken."] };
  for (const message of [
    { says: "ready", port: 80 },
    { says: "fault", code: "port-taken", sentence: "It is taken.", remedy: "Stop it." },
    { says: "metrics", text: "a 1\nb 2\n" },
    { says: "damaged", digest },
    { says: "reload", request: 1 },
    { says: "reloaded", ...outcome },
  ] as const)
    expect(childSays(toLine(message))).toEqual(message);
  for (const message of [
    { says: "leave" },
    { says: "reload", request: 0 },
    { says: "worker-metrics", worker: "worker-1", text: "a 1\n" },
    { says: "worker-reloaded", worker: "worker-1", ...outcome },
  ] as const)
    expect(parentSays(toLine(message))).toEqual(message);
});

test("edge/wire: what is no message is null", () => {
  for (const line of [
    "",
    "hello",
    "null",
    "[]",
    "{}",
    '{"says":"ready"}',
    '{"says":"damaged","digest":"../x"}',
    '{"says":7}',
    '{"says":"reload"}',
    '{"says":"reloaded","request":1,"changed":[7],"refused":[]}',
    '{"says":"worker-reloaded","request":1,"changed":[],"refused":[]}',
  ]) {
    expect(childSays(line)).toBeNull();
    expect(parentSays(line)).toBeNull();
  }
});
