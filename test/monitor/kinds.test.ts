// TCP, TLS, DNS and WebSocket targets, as they are and as they go wrong.
import { afterAll, describe, expect, test } from "bun:test";
import { hash } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer as createTls } from "node:tls";
import { type Answer, decode, encode, type Packet } from "dns-packet";
import type { DnsTarget, TcpTarget, TlsTarget, WebsocketTarget } from "../../src/model/check.ts";
import { makeCertificate } from "../support/certificate.ts";
import { closeAll, httpTarget, lookAt, serveTcp } from "./world.ts";

const opened: { close(): void }[] = [];
afterAll(() => {
  closeAll();
  for (const one of opened) one.close();
});

const dayMs = 86_400_000;

describe("TCP", () => {
  const tcp = (port: number, more: Partial<TcpTarget> = {}): TcpTarget => ({
    ...{ kind: "tcp", host: "127.0.0.1", port, send: null, expect: null },
    ...more,
  });
  const greeter = () =>
    serveTcp((socket) => {
      socket.write("220 mail ");
      socket.on("data", (bytes) => socket.end(`you said ${bytes.toString("hex")}`));
    });

  const talks: readonly (readonly [string, Partial<TcpTarget>, string, string?])[] = [
    ["a listener", {}, "up"],
    ["that greets", { expect: "220 " }, "up"],
    ["that answers, by bytes that no form takes", { send: "\\x00\\r\\n\\\\é", expect: "000d0a5cc3a9" }, "up"],
    ["that says something else", { send: "?", expect: "250" }, "answer", '"250" but "220 mail you said 3f"'],
  ];
  for (const [name, more, wanted, said = ""] of talks)
    test(`${name}: ${wanted}`, async () => {
      const found = await lookAt(tcp(await greeter(), more));
      expect(found.why ?? found.state).toBe(wanted as "up");
      if (said !== "") expect(found.said).toContain(said);
    });

  test("one that closes and says nothing is silent, one that hangs is timed out, one without an end is cut off", async () => {
    const closing = await serveTcp((socket) => socket.end());
    expect(await lookAt(tcp(closing, { expect: "220" }))).toMatchObject({ state: "down", why: "silent" });
    const hanging = await serveTcp(() => {});
    expect(await lookAt(tcp(hanging, { expect: "220" }), { timeoutMs: 100 })).toMatchObject({
      why: "timeout",
    });
    const pouring = await serveTcp((socket) => socket.write(Buffer.alloc(10 * 1024 * 1024, "x")));
    expect(await lookAt(tcp(pouring, { expect: "220" }))).toMatchObject({ state: "down", why: "answer" });
    expect(await lookAt(tcp(1))).toMatchObject({ state: "down", why: "refused" });
  });
});

describe("TLS", () => {
  const names = ["status.example.org", "localhost"];
  const tls = (port: number, more: Partial<TlsTarget> = {}): TlsTarget => ({
    ...{ kind: "tls", host: "127.0.0.1", port, serverName: "status.example.org", days: 14 },
    ...more,
  });
  async function listener(options: Parameters<typeof makeCertificate>[1] = {}) {
    const { chain, key } = makeCertificate(names, options);
    const server = createTls({ cert: chain, key }, (socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK"));
    });
    opened.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    return { port, trust: chain };
  }
  const now = Date.now();

  test("a certificate that is trusted is up, and its end is told", async () => {
    const { port, trust } = await listener({ untilMs: now + 30 * dayMs });
    const found = await lookAt(tls(port), { trust });
    expect(found).toMatchObject({ state: "up", why: null });
    expect(Math.abs((found.certificateEndsMs ?? 0) - now - 30 * dayMs)).toBeLessThan(2_000);
    expect(found.times.tlsMs).toBeGreaterThan(0);
  });

  test("one that ends soon is slow, and so it is by HTTPS; who did not ask is not told", async () => {
    const { port, trust } = await listener({ untilMs: now + 5.5 * dayMs });
    const found = await lookAt(tls(port), { trust });
    expect(found).toMatchObject({ state: "slow", why: "certificate" });
    expect(found.said).toContain("ends in 5 days");
    const url = `https://localhost:${port}/`;
    const asked = await lookAt(httpTarget(url, { certificateDays: 14, keyword: "OK" }), { trust });
    expect(asked).toMatchObject({ state: "slow", why: "certificate" });
    expect(await lookAt(httpTarget(url), { trust })).toMatchObject({ state: "up" });
    expect(await lookAt(httpTarget(url, { keyword: "no" }), { trust })).toMatchObject({
      state: "down",
      why: "keyword",
    });
  });

  const bad: readonly (readonly [
    string,
    Parameters<typeof makeCertificate>[1],
    Partial<TlsTarget>,
    boolean,
    string,
  ])[] = [
    ["that has expired", { fromMs: now - 9 * dayMs, untilMs: now - dayMs }, {}, true, "has expired"],
    ["that is not valid yet", { fromMs: now + dayMs, untilMs: now + 9 * dayMs }, {}, true, "not valid yet"],
    ["for another name", {}, { serverName: "shop.example.org" }, true, "not for shop.example.org"],
    ["for a name, asked by address", {}, { serverName: null }, true, "not for 127.0.0.1"],
    ["signed by itself", {}, {}, false, "signed by itself"],
  ];
  for (const [name, options, more, isTrusted, said] of bad)
    test(`one ${name} is down`, async () => {
      const { port, trust } = await listener(options);
      const found = await lookAt(tls(port, more), isTrusted ? { trust } : {});
      expect(found).toMatchObject({ state: "down", why: "certificate" });
      expect(found.said).toContain(said);
      expect(found.certificateEndsMs).not.toBeNull();
    });

  test("an HTTPS target with a bad certificate is asked nothing", async () => {
    const { port } = await listener();
    const secret = { headers: [["X-Token", "secret"]] as const };
    const found = await lookAt(httpTarget(`https://localhost:${port}/`, secret));
    expect(found).toMatchObject({ state: "down", why: "certificate" });
    expect(found.times.firstByteMs).toBeNull();
  });

  test("a listener without TLS, and one that hangs in the handshake", async () => {
    const plain = await serveTcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await lookAt(tls(plain))).toMatchObject({ state: "down", why: "tls" });
    const hanging = await serveTcp(() => {});
    expect(await lookAt(tls(hanging), { timeoutMs: 150 })).toMatchObject({ state: "down", why: "timeout" });
  });
});

describe("DNS", () => {
  /** A name server that answers as it is told, on UDP and TCP. */
  async function nameServer(answer: (question: string, over: "udp" | "tcp") => Packet & { rcode?: number }) {
    const reply = (query: Buffer, over: "udp" | "tcp"): Buffer => {
      const { id, questions } = decode(query);
      const { name = "", type = "A" } = questions?.[0] ?? {};
      const { rcode = 0, flags = 0, ...packet } = answer(`${name} ${type}`, over);
      return encode({ ...packet, type: "response", id, flags: flags | rcode, questions: questions ?? [] });
    };
    const port = await serveTcp((socket) => {
      socket.once("data", (bytes) => {
        const said = reply(Buffer.from(bytes).subarray(2), "tcp");
        socket.write(Buffer.of(said.length >> 8, said.length & 255));
        socket.end(said);
      });
    });
    const udp = createSocket("udp4");
    opened.push(udp);
    udp.on("message", (query, { port: to, address }) => udp.send(reply(query, "udp"), to, address));
    await new Promise<void>((done) => udp.bind(port, "127.0.0.1", done));
    return `127.0.0.1:${port}`;
  }
  const dns = (server: string, more: Partial<DnsTarget> = {}): DnsTarget => ({
    ...{ kind: "dns", name: "shop.example", type: "A", server, expect: [] },
    ...more,
  });
  const zone: Readonly<Record<string, readonly Answer[]>> = {
    "shop.example A": [
      { type: "CNAME", name: "shop.example", data: "cdn.example" },
      { type: "A", name: "cdn.example", data: "192.0.2.1" },
      { type: "A", name: "cdn.example", data: "192.0.2.2" },
    ],
    "shop.example AAAA": [{ type: "AAAA", name: "shop.example", data: "2001:db8::1" }],
    "shop.example CNAME": [{ type: "CNAME", name: "shop.example", data: "CDN.example" }],
    "shop.example MX": [
      { type: "MX", name: "shop.example", data: { preference: 10, exchange: "mail.example" } },
    ],
    "shop.example TXT": [{ type: "TXT", name: "shop.example", data: ["v=spf1 ", "-all"] }],
    "shop.example CAA": [
      { type: "CAA", name: "shop.example", data: { flags: 0, tag: "issue", value: "letsencrypt.org" } },
    ],
    "shop.example SOA": [
      {
        type: "SOA",
        name: "shop.example",
        data: {
          mname: "ns.example",
          rname: "op.example",
          serial: 7,
          refresh: 1,
          retry: 2,
          expire: 3,
          minimum: 4,
        },
      },
    ],
  };
  const zoned = () =>
    nameServer((question) => {
      const answers = zone[question];
      return answers === undefined
        ? question.startsWith("nobody")
          ? { rcode: 3 }
          : {}
        : { answers: [...answers] };
    });
  const looks: readonly (readonly [string, Partial<DnsTarget>, string, string?])[] = [
    ["any address", {}, "up"],
    ["all of these addresses", { expect: ["192.0.2.2", "192.0.2.1"] }, "up"],
    [
      "an address that is missing",
      { expect: ["192.0.2.1", "192.0.2.9"] },
      "answer",
      "no A record 192.0.2.9, but 192.0.2.1, 192.0.2.2",
    ],
    ["an address written at length", { type: "AAAA", expect: ["2001:0db8:0:0::0001"] }, "up"],
    ["a name in other letters", { type: "CNAME", expect: ["cdn.EXAMPLE."] }, "up"],
    ["a mail server", { type: "MX", expect: ["mail.example", "10 mail.example"] }, "up"],
    ["a text in two pieces", { type: "TXT", expect: ["v=spf1 -all"] }, "up"],
    ["an authority", { type: "CAA", expect: ['0 issue "letsencrypt.org"'] }, "up"],
    ["a serial", { type: "SOA", expect: ["7", "ns.example"] }, "up"],
    ["no such record", { type: "NS" }, "answer", "has no NS record"],
    [
      "no such name",
      { name: "nobody.example" },
      "answer",
      "NXDOMAIN for nobody.example, which does not exist",
    ],
  ];
  for (const [name, more, wanted, said = ""] of looks)
    test(`${name}: ${wanted}`, async () => {
      const found = await lookAt(dns(await zoned(), more));
      expect(found.why ?? found.state).toBe(wanted as "up");
      if (said !== "") expect(found.said).toContain(said);
    });

  test("an answer that did not fit is asked for by TCP", async () => {
    const flagTruncated = 0x200;
    const server = await nameServer((_question, over) =>
      over === "udp"
        ? { flags: flagTruncated }
        : { answers: [{ type: "A", name: "shop.example", data: "192.0.2.7" }] },
    );
    expect(await lookAt(dns(server, { expect: ["192.0.2.7"] }))).toMatchObject({ state: "up" });
  });

  test("a lost question is asked again; a server that is silent is timed out", async () => {
    let asked = 0;
    const udp = createSocket("udp4");
    opened.push(udp);
    udp.on("message", (query, { port, address }) => {
      if (++asked === 2)
        udp.send(
          encode({ ...decode(query), type: "response", answers: [...(zone["shop.example A"] ?? [])] }),
          port,
          address,
        );
    });
    await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
    const server = `127.0.0.1:${udp.address().port}`;
    expect(await lookAt(dns(server))).toMatchObject({ state: "up" });
    expect(asked).toBe(2);
    expect(await lookAt(dns(server), { timeoutMs: 100 })).toMatchObject({ state: "down", why: "timeout" });
  });

  test("what somebody else sends, and answers to other questions, are not heard; what is no answer is said", async () => {
    const udp = createSocket("udp4");
    const liar = createSocket("udp4");
    opened.push(udp, liar);
    udp.on("message", (query, { port, address }) => {
      const right = decode(query);
      const lie = { type: "A", name: "shop.example", data: "198.51.100.1" } as const;
      const lies = [
        encode({ ...right, type: "response", id: ((right.id ?? 0) + 1) & 0xffff, answers: [lie] }),
        encode({
          ...right,
          type: "response",
          questions: [{ type: "A", name: "other.example" }],
          answers: [lie],
        }),
      ];
      for (const bytes of lies) udp.send(bytes, port, address);
      liar.send(encode({ ...right, type: "response", answers: [lie] }), port, address, () => {
        if (right.questions?.[0]?.type === "A")
          udp.send(
            encode({ ...right, type: "response", answers: [...(zone["shop.example A"] ?? [])] }),
            port,
            address,
          );
        else udp.send(Buffer.concat([query.subarray(0, 12), Buffer.alloc(3, 0xff)]), port, address);
      });
    });
    await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
    const server = `127.0.0.1:${udp.address().port}`;
    expect(await lookAt(dns(server, { expect: ["192.0.2.1"] }))).toMatchObject({ state: "up" });
    expect(await lookAt(dns(server, { type: "MX" }))).toMatchObject({ state: "down", why: "malformed" });
  });

  test("a server inside is refused where its network is not allowed", async () => {
    const found = await lookAt(dns("10.0.0.1"), { allowed: undefined });
    expect(found).toMatchObject({ state: "down", why: "not-allowed" });
  });
});

describe("WebSocket", () => {
  const ws = (port: number, more: Partial<WebsocketTarget> = {}): WebsocketTarget => ({
    ...{ kind: "websocket", url: `ws://127.0.0.1:${port}/live`, send: null, expect: null },
    ...more,
  });
  const text = (said: string, first = 0x81): Buffer => {
    const bytes = Buffer.from(said);
    const size = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255];
    return Buffer.concat([Buffer.of(first, ...size), bytes]);
  };
  /** Opens the socket as the protocol says, then does as it is told with each message. */
  const echo = (
    talk: (said: string, write: (bytes: Buffer) => void) => void,
    greeting: Uint8Array = Buffer.alloc(0),
  ) =>
    serveTcp((socket) => {
      socket.once("data", (head) => {
        const key = /sec-websocket-key: (.+)\r\n/i.exec(head.toString())?.[1] ?? "";
        const accept = hash("sha1", `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, "base64");
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
        socket.write(greeting);
        socket.on("data", (frame) => {
          const at = (frame[1] ?? 0) === 0xff ? 10 : 2;
          const [mask, masked] = [frame.subarray(at, at + 4), frame.subarray(at + 4)];
          talk(
            masked.map((byte, place) => byte ^ (mask[place % 4] ?? 0)).toString(),
            (bytes) => void socket.write(bytes),
          );
        });
      });
    });

  test("opens, says and hears, also in pieces and with pings between", async () => {
    expect(await lookAt(ws(await echo(() => {})))).toMatchObject({ state: "up" });
    const port = await echo((said, write) => {
      write(Buffer.concat([text("", 0x89), text("you ", 0x01)]));
      write(text(`said ${said}`, 0x80));
    });
    expect(await lookAt(ws(port, { send: "hello", expect: "you said hello" }))).toMatchObject({
      state: "up",
    });
    const long = "x".repeat(200);
    expect(await lookAt(ws(port, { send: long, expect: `said ${long}` }))).toMatchObject({ state: "up" });
    const greets = await echo(() => {}, text("welcome"));
    expect(await lookAt(ws(greets, { expect: "welcome" }))).toMatchObject({ state: "up" });
  });

  const wrong: readonly (readonly [string, () => Promise<number>, Partial<WebsocketTarget>, string])[] = [
    [
      "that says something else and closes",
      () => echo((_said, write) => write(Buffer.concat([text("no"), text("", 0x88)]))),
      { send: "?", expect: "yes" },
      "answer",
    ],
    ["that closes at once", () => echo(() => {}, text("", 0x88)), { expect: "yes" }, "silent"],
    [
      "that masks, as only clients may",
      () => echo(() => {}, Buffer.of(0x81, 0x80, 0, 0, 0, 0)),
      { expect: "yes" },
      "malformed",
    ],
    [
      "that announces too much",
      () => echo(() => {}, Buffer.of(0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0)),
      { expect: "yes" },
      "too-large",
    ],
    [
      "that is a page",
      () => serveTcp((socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\n"))),
      {},
      "status",
    ],
    [
      "that accepts another key",
      () =>
        serveTcp((socket) =>
          socket.once("data", () =>
            socket.write("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n"),
          ),
        ),
      {},
      "malformed",
    ],
  ];
  for (const [name, serve, more, why] of wrong)
    test(`one ${name}: ${why}`, async () => {
      expect(await lookAt(ws(await serve(), more))).toMatchObject({ state: "down", why: why as "answer" });
    });

  test("one that never answers is timed out", async () => {
    expect(await lookAt(ws(await serveTcp(() => {})), { timeoutMs: 100 })).toMatchObject({ why: "timeout" });
  });
});
