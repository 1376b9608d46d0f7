// HTTP/1.1 on a wire of the test's, second by second: what is written and when, what waits, what ends a connection. The corpus of test/attack asks
// the same over sockets.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import type { Answer, Answering, Asked, StreamBody, StreamSink } from "../../src/host/asked.ts";
import { createHttp1 } from "../../src/host/http1.ts";
import { answersIn } from "../support/raw-exchange.ts";
import { keepRemarks } from "../support/remarks.ts";

const idleMs = 30_000;
const wallMs = Date.UTC(2026, 10, 21, 17, 0, 0);
const get = (path: string, lines = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;

/** Takes bytes as long as it has room for them. */
class TestWire {
  text = "";
  room = Number.POSITIVE_INFINITY;
  fate: "open" | "shut" | "end" | "close" = "open";
  write(bytes: Uint8Array, from: number, length: number): number {
    const took = Math.min(length, this.room);
    this.room -= took;
    this.text += Buffer.from(bytes.subarray(from, from + took)).toString("latin1");
    return took;
  }
  shut(): void {
    this.fate = "shut";
  }
  end(): void {
    this.fate = "end";
  }
  close(): void {
    this.fate = "close";
  }
}

const echo: Answering = ({ target }) => ({ status: 200, fields: [], body: Buffer.from(`at ${target}`) });

function setUp(answer: Answering = echo) {
  const remarks = keepRemarks();
  const http = createHttp1({ answer, secure: false, bodyBytesMax: 100, idleMs, wallMs, remarks });
  let nowMs = 0;
  http.tick(nowMs, wallMs);
  const open = (room = Number.POSITIVE_INFINITY) => {
    const wire = new TestWire();
    wire.room = room;
    const speaker = http.open(wire, { address: "192.0.2.1" });
    return {
      wire,
      speaker,
      send: (text: string) => speaker.take(Buffer.from(text, "latin1")),
      bodies: () => answersIn(wire.text).map(({ body }) => body),
      /** The client reads so much. */
      read(bytes: number) {
        wire.room += bytes;
        speaker.drained();
      },
    };
  };
  /** Seconds pass, each told. */
  const pass = (ms: number): void => {
    for (const untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs += 1_000;
      http.tick(nowMs, wallMs + nowMs);
    }
  };
  return { http, open, pass, remarks };
}

describe("host/http1 reads", () => {
  test("a head that comes byte by byte, in two pieces, or with the next one", () => {
    const { open } = setUp();
    const { send, bodies } = open();
    for (const byte of get("/1")) send(byte);
    send(get("/2").slice(0, 20));
    send(get("/2").slice(20) + get("/3") + get("/4").slice(0, 1));
    send(get("/4").slice(1));
    expect(bodies()).toEqual(["at /1", "at /2", "at /3", "at /4"]);
  });

  test("a head that comes for the third time no more, whoever sends it; one that differs in a byte is another", () => {
    const seen: Asked[] = [];
    const { open } = setUp((asked, peer) => {
      seen.push(asked);
      return echo(asked, peer);
    });
    for (const x of ["a", "a", "a", "b", "a"]) open().send(get("/1", `X: ${x}\r\n`));
    expect(seen.map((asked) => [asked.repeats, asked === seen[1], asked.field("x")])).toEqual([
      [false, false, "a"],
      [true, true, "a"],
      [true, true, "a"],
      [false, false, "b"],
      [true, true, "a"],
    ]);
  });

  test("what says that it has a body once, is not remembered, and drops the body", () => {
    const seen: Asked[] = [];
    const { open } = setUp((asked, peer) => {
      seen.push(asked);
      return echo(asked, peer);
    });
    for (let time = 0; time < 3; time++) {
      const { wire, send, bodies } = open();
      send(`${get("/1", "Content-Length: 60\r\n")}${get("/2")}`);
      send(get("/3"));
      expect([bodies(), wire.fate]).toEqual([["at /1"], "shut"]);
      expect(wire.text).toContain("connection: close\r\n");
    }
    expect([seen[1] === seen[2], seen[2]?.repeats, seen[2]?.hasBody]).toEqual([false, false, true]);
  });

  test("several headers of a name as a list; blanks around a value are not of it, other bytes are", () => {
    let asked: Asked | null = null;
    const { open } = setUp((it, peer) => {
      asked = it;
      return echo(it, peer);
    });
    open().send(get("/1?x=/y", "A: 1 \r\nB:\t \r\na:\t2\r\nC: \xa0c\xff\r\n"));
    const it = asked as Asked | null;
    expect(["a", "b", "c", "d"].map((name) => it?.field(name))).toEqual(["1, 2", "", "\xa0c\xff", null]);
    expect([it?.target, it?.host, it?.hasBody, it?.secure]).toEqual(["/1?x=/y", "a", false, false]);
  });
});

describe("host/http1 writes", () => {
  const long = Buffer.from("0123456789".repeat(5_000));
  const lengths = [10, long.length];
  for (const length of lengths)
    test(`${length} bytes in order and whole, wherever the client stops reading, also over a change of second`, () => {
      const answer: Answer = { status: 200, fields: [["x", "y"]], body: long.subarray(0, length) };
      for (const first of [0, 1, 20, 90, 105, length]) {
        const { open, pass, http } = setUp(() => answer);
        const { wire, send, read, bodies } = open(first);
        send(get("/") + get("/"));
        expect(http.pendingRequests()).toBe(1);
        const other = open();
        pass(2_000);
        other.send(get("/"));
        expect(other.wire.text).toContain("date: Sat, 21 Nov 2026 17:00:02 GMT\r\n");
        for (let time = 0; http.pendingRequests() > 0 && time < 100_000; time++) read(7_001);
        read(1_000_000);
        expect(bodies()).toEqual(Array<string>(2).fill(answer.body?.toString() ?? ""));
        expect(wire.text).toStartWith("HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 17:00:00 GMT\r\nx: y\r\n");
        expect(http.pendingRequests()).toBe(0);
      }
    });

  const shapes: readonly (readonly [name: string, method: string, answer: Answer, text: string])[] = [
    ["a HEAD", "HEAD", { status: 200, fields: [], body: Buffer.from("four") }, "content-length: 4\r\n\r\n"],
    [
      "a HEAD of a body that is not here",
      "HEAD",
      { status: 200, fields: [], body: null, length: 9 },
      "content-length: 9\r\n\r\n",
    ],
    ["nothing", "GET", { status: 404, fields: [], body: null }, "content-length: 0\r\n\r\n"],
    ["a 304", "GET", { status: 304, fields: [["etag", '"x"']], body: null }, 'etag: "x"\r\n\r\n'],
    ["a 204", "OPTIONS", { status: 204, fields: [], body: null }, "GMT\r\n\r\n"],
  ];
  for (const [name, method, answer, text] of shapes)
    test(`${name}, and the connection goes on`, () => {
      const { wire, send } = setUp(() => answer).open();
      const request = get("/").replace("GET", method);
      send(request);
      expect(wire.text).toEndWith(text);
      const once = wire.text;
      send(request);
      expect([wire.text, wire.fate]).toEqual([once + once, "open"]);
    });

  test("no header that would be two lines: that is a failure of ours, and says nothing of it", () => {
    for (const value of ["a\r\nx: b", "a\nb", "\u010a", "\0"]) {
      const { open, remarks } = setUp(() => ({ status: 200, fields: [["x", value]], body: null }));
      const { wire, send } = open();
      send(get("/"));
      expect(remarks.defects).toHaveLength(1);
      expect(answersIn(wire.text).map(({ status }) => status)).toEqual([500]);
      expect(wire.text).not.toContain("x: ");
    }
  });

  test("answers that take time in the order of their questions; what who answers throws is a 500", async () => {
    const later = Promise.withResolvers<Answer>();
    const { open, remarks } = setUp((asked, peer) => {
      if (asked.target === "/later") return later.promise;
      if (asked.target === "/throws") throw new Error("as it was told to");
      return echo(asked, peer);
    });
    const { send, bodies, wire } = open();
    send(get("/later") + get("/2"));
    send(get("/throws"));
    expect(wire.text).toBe("");
    later.resolve({ status: 200, fields: [], body: Buffer.from("later") });
    await later.promise;
    await Promise.resolve();
    expect(bodies().slice(0, 2)).toEqual(["later", "at /2"]);
    expect(answersIn(wire.text)[2]?.status).toBe(500);
    expect(wire.text).not.toContain("as it was told to");
    expect(remarks.defects).toEqual(["as it was told to"]);
  });

  test("a body that fails to begin is broken off, and so is its connection; that is told", () => {
    let cancelled = 0;
    const body: StreamBody = {
      start() {
        throw new Error("as it was told to");
      },
      cancel: () => void cancelled++,
    };
    const { open, remarks, http } = setUp(() => ({ status: 200, fields: [], body }));
    const { wire, send } = open();
    send(get("/"));
    expect([wire.fate, cancelled, http.pendingRequests()]).toEqual(["close", 0, 0]);
    expect(answersIn(wire.text).map(({ status }) => status)).toEqual([200]);
    expect(remarks.defects).toEqual(["as it was told to"]);
  });

  test("a head that is refused is told with its reason", () => {
    const { open, remarks } = setUp();
    open().send("nothing\n");
    open().send("GET / HTTP/2.0\r\nHost: a\r\n\r\n");
    open().send(get("/", `X: ${"x".repeat(limits.requestHeadBytesMax)}\r\n`));
    open().send(get("/", "Content-Length: 101\r\n"));
    open().send(get("/"));
    expect(remarks.refused).toEqual(["syntax", "version", "head-too-long", "body-too-long"]);
  });
});

describe("host/http1 ends a connection", () => {
  const drips: readonly (readonly [says: string, first: string, before: number, more: string])[] = [
    ["asks nothing", "", limits.requestHeadMsMax, ""],
    ["drips its first head", "GET / HTTP/1.1\r\nX: ", limits.requestHeadMsMax, "a"],
    ["asks once and nothing more", get("/"), idleMs, ""],
    ["drips its second head", get("/"), idleMs, "G"],
  ];
  for (const [says, first, ms, more] of drips)
    test(`that ${says}, after ${ms} ms`, () => {
      const { open, pass } = setUp();
      const { wire, send } = open();
      send(first);
      for (let at = 0; at < ms - 1_000; at += 1_000) {
        if (more !== "") send(more);
        pass(1_000);
      }
      expect(wire.fate).toBe("open");
      pass(1_000);
      expect(wire.fate).toBe("end");
    });

  test("that takes nothing of its answer, or next to nothing; not one that takes little by little", () => {
    const { open, pass, http } = setUp(() => ({ status: 200, fields: [], body: Buffer.alloc(1_000_000) }));
    const [none, crumbs, little] = [open(100), open(100), open(100)];
    for (const { send } of [none, crumbs, little]) send(get("/"));
    for (let at = 0; at < 3 * idleMs; at += 1_000) {
      crumbs.read(10);
      little.read(limits.takenBytesMin / 10);
      pass(1_000);
    }
    expect([none, crumbs, little].map(({ wire }) => wire.fate)).toEqual(["close", "close", "open"]);
    expect(http.pendingRequests()).toBe(1);
  });

  test("that asks on and on and takes no answer: no more than a head's worth of it is kept", () => {
    const { open, http } = setUp();
    const { wire, send } = open(10);
    send(get("/"));
    for (let bytes = 0; bytes < limits.requestHeadBytesMax; bytes += get("/").length) {
      expect(wire.fate).toBe("open");
      send(get("/"));
    }
    expect([wire.fate, http.pendingRequests()]).toEqual(["close", 0]);
  });

  test("after `Connection: close` at once, after a refusal when the client has sent to its end or 2 s later", () => {
    const { open, pass } = setUp();
    const asked = open();
    asked.send(get("/", "Connection: close\r\n"));
    expect(asked.wire.fate).toBe("end");
    const refused = open();
    refused.send(`GET / HTTP/1.1\nHost: a\n`);
    expect([answersIn(refused.wire.text)[0]?.status, refused.wire.fate]).toEqual([400, "shut"]);
    refused.send(get("/"));
    expect(answersIn(refused.wire.text)).toHaveLength(1);
    pass(limits.lastReadMs);
    expect(refused.wire.fate).toBe("close");
  });

  test("whose client ends its side, once what it asked for is answered", () => {
    const { open } = setUp(() => ({ status: 200, fields: [], body: Buffer.alloc(1_000) }));
    const { wire, send, speaker, read } = open(10);
    send(get("/") + get("/"));
    speaker.ended();
    expect(wire.fate).toBe("open");
    read(100_000);
    expect([answersIn(wire.text).length, wire.fate]).toEqual([2, "end"]);
    const silent = open();
    silent.speaker.ended();
    expect(silent.wire.fate).toBe("end");
  });

  test("when it drains with the next answer; when it stops if nothing is under way, else after the answer", async () => {
    const { open, http, pass } = setUp(() => ({ status: 200, fields: [], body: Buffer.alloc(1_000) }));
    const [draining, idle, fresh, slow] = [open(), open(), open(), open(10)];
    idle.send(get("/"));
    slow.send(get("/"));
    http.drain();
    draining.send(get("/"));
    expect(draining.wire.text).toContain("connection: close\r\n");
    let stopped = false;
    const stop = http.stop(false).then(() => {
      stopped = true;
    });
    expect([draining, idle, fresh, slow].map(({ wire }) => wire.fate)).toEqual([
      "shut",
      "shut",
      "open",
      "open",
    ]);
    fresh.send(get("/"));
    slow.read(10_000);
    // It was begun before anybody said that it was the last.
    expect([fresh.wire.fate, slow.wire.fate]).toEqual(["shut", "shut"]);
    for (const { speaker } of [draining, idle, fresh]) speaker.ended();
    await Promise.resolve();
    expect(stopped).toBe(false);
    pass(limits.lastReadMs);
    await stop;
    expect(http.pendingRequests()).toBe(0);
  });

  test("at once where it is forced to, whatever is under way", async () => {
    const { open, http } = setUp(() => new Promise(() => {}));
    const { wire, send } = open();
    send(get("/"));
    await http.stop(true);
    expect([wire.fate, http.pendingRequests()]).toEqual(["close", 0]);
  });
});

describe("host/http1 streams", () => {
  class Body implements StreamBody {
    sink: StreamSink | null = null;
    cancelled = 0;
    start(sink: StreamSink): void {
      this.sink = sink;
    }
    cancel(): void {
      this.cancelled++;
    }
  }
  const streaming = () => {
    const body = new Body();
    const world = setUp(() => ({ status: 200, fields: [], body }));
    return { ...world, body, sink: (): StreamSink => body.sink as StreamSink };
  };
  const piece = Buffer.from("piece");

  test("pieces that say how long they are, and an end; then the connection ends", () => {
    const { open, sink, http, pass, body } = streaming();
    const { wire, send, speaker } = open();
    send(get("/"));
    pass(10 * idleMs);
    expect([sink().write(piece), sink().write(piece)]).toEqual([0, 0]);
    expect(http.pendingRequests()).toBe(1);
    sink().end();
    sink().write(piece);
    expect(wire.text).toEndWith("transfer-encoding: chunked\r\n\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n");
    expect([wire.fate, http.pendingRequests()]).toEqual(["shut", 0]);
    speaker.closed();
    expect(body.cancelled).toBe(0);
  });

  test("HTTP/1.0 as it is, up to the end of the connection", () => {
    const { open, sink } = streaming();
    const { wire, send } = open();
    send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    sink().write(piece);
    sink().end();
    expect(wire.text).toEndWith("\r\n\r\npiece");
    expect(wire.text).not.toContain("chunked");
  });

  test("what the client does not take waits in order and is counted", () => {
    const { open, sink } = streaming();
    const { wire, send, read } = open();
    send(get("/"));
    wire.room = 3;
    expect([1, 2, 3].map((at) => sink().write(Buffer.from(`n${at}`)))).toEqual([1, 2, 3]);
    read(1_000);
    expect(wire.text).toEndWith("\r\n\r\n2\r\nn1\r\n2\r\nn2\r\n2\r\nn3\r\n");
    expect(sink().write(piece)).toBe(0);
  });

  test("broken off, nobody takes it for whole; gone, it is told once", () => {
    const { open, sink, body } = streaming();
    const first = open();
    first.send(get("/"));
    sink().abort();
    first.speaker.closed();
    expect([first.wire.fate, body.cancelled]).toEqual(["close", 0]);
    const second = open();
    second.send(get("/"));
    second.speaker.ended();
    second.speaker.closed();
    expect([second.wire.fate, body.cancelled]).toEqual(["end", 1]);
  });

  test("a HEAD is told at once that nobody wants the body", () => {
    const { open, body } = streaming();
    const { wire, send } = open();
    send(get("/").replace("GET", "HEAD"));
    expect([body.sink, body.cancelled, wire.fate]).toEqual([null, 1, "open"]);
  });
});
