// What goes wrong behind a connection of HTTP/2, or is refused by it: its client has an answer, and whoever listens is told.
import { describe, expect, test } from "bun:test";
import { ask, fieldsOf, nothingHere, talk, words } from "./http2-talk.ts";

describe("host/http2-connection tells", () => {
  test("whoever throws is a 500, and so is a promise that is not kept", async () => {
    const one = talk((asked) => {
      if (asked.field("x-late") !== null) return Promise.reject(new Error("late"));
      throw new Error("at once");
    });
    one.say(ask(1), ask(3, [["x-late", "1"]]));
    await Promise.resolve();
    await Promise.resolve();
    expect(words(one.heard()).filter((word) => word.startsWith("HEADERS"))).toEqual(
      ["HEADERS 1 200", "HEADERS 3 200"].map((word) => word.replace("200", "500")),
    );
    expect(one.remarks.defects).toEqual(["at once", "late"]);
    expect(one.pending()).toBe(0);
  });

  test("a head that nobody is asked about is told with its reason", () => {
    const one = talk();
    const long = Array.from({ length: 20 }, (_, at) => [`x-${at}`, "x".repeat(800)] as const);
    one.say(ask(1, [["X", "1"]]), ask(3, long), ask(5));
    expect(one.remarks.refused).toEqual(["malformed", "head-too-long"]);
    expect(one.asked).toHaveLength(1);
  });

  test("an answer whose headers fit into no frame is told once, and is a 500 as often as it is given", () => {
    const answer = {
      ...nothingHere,
      status: 200,
      body: Buffer.alloc(7, "x"),
      fields: [["x", "x".repeat(20_000)]],
    } as const;
    const one = talk(() => answer);
    one.say(ask(1), ask(3));
    const frames = one.heard();
    expect(words(frames)).toEqual(["HEADERS 1 500", "DATA 1 end 7", "HEADERS 3 500", "DATA 3 end 7"]);
    expect(fieldsOf(frames[0]?.payload ?? Buffer.alloc(0)).get("content-length")).toBe("7");
    expect(one.remarks.defects).toHaveLength(1);
  });

  test("a body that fails to begin ends its stream alone", () => {
    let cancelled = 0;
    const start = (): void => {
      throw new Error("as it was told to");
    };
    const one = talk(() => ({ status: 200, fields: [], body: { start, cancel: () => void cancelled++ } }));
    one.say(ask(1));
    expect(words(one.heard())).toEqual(["HEADERS 1 200", "RST_STREAM 1 internal"]);
    expect([cancelled, one.pending(), one.end()]).toEqual([0, 0, "open"]);
    expect(one.remarks.defects).toEqual(["as it was told to"]);
  });
});
