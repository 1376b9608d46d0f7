// Knot on loopback. In: zones as master files, further configuration. Out: its answers over TCP, as one line each.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { nameBytes } from "../../src/zones/names.ts";
import { big, joined } from "../../src/zones/rdata-fields.ts";
import type { MadeQuestion, MadeZone } from "../zones/made-zones.ts";
import { readAnswer } from "./wire-answer.ts";

export interface Knot {
  readonly port: number;
  /** One line an answer, in the order of the questions. */
  ask(questions: readonly MadeQuestion[], subnet?: Uint8Array): Promise<readonly string[]>;
  stop(): void;
}

/** `more` is put after the section of the server; `ofZone` into each zone's. */
export async function startKnot(
  folder: string,
  zones: readonly MadeZone[],
  more = "",
  ofZone = "",
): Promise<Knot> {
  const port = await freePort();
  mkdirSync(join(folder, "run"), { recursive: true });
  for (const { origin, text } of zones) writeFileSync(join(folder, `${origin}zone`), text);
  writeFileSync(
    join(folder, "knot.conf"),
    `server:\n    rundir: "${folder}/run"\n    listen: 127.0.0.1@${port}\n    edns-client-subnet: on\n    tcp-max-clients: 20\n` +
      `log:\n  - target: stderr\n    any: warning\ndatabase:\n    storage: "${folder}/run"\n${more}` +
      `zone:\n${zones.map(({ origin }) => `  - domain: ${origin}\n    file: "${folder}/${origin}zone"\n    zonefile-sync: -1\n    journal-content: none\n${ofZone}`).join("")}`,
  );
  const child = spawn("knotd", ["-c", join(folder, "knot.conf")], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`knotd ended with ${code}: ${said}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([listening(port), ended]);
  return {
    port,
    ask: (questions, subnet) => Promise.race([askAll(port, questions, subnet), ended]),
    stop: () => void child.kill("SIGKILL"),
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Whoever starts it ends the wait. */
export async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Over one connection, some at a time; a subnet is sent as EDNS(0) client subnet of all its bits. */
export async function askAll(
  port: number,
  questions: readonly MadeQuestion[],
  subnet?: Uint8Array,
): Promise<readonly string[]> {
  const socket: Socket = connect(port, "127.0.0.1");
  const answers: string[] = [];
  const done = Promise.withResolvers<readonly string[]>();
  let sent = 0;
  let held = Buffer.alloc(0);
  const send = (): void => {
    for (; sent < questions.length && sent < answers.length + 32; sent++)
      socket.write(queryOf(questions[sent] as MadeQuestion, sent, subnet));
  };
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const message = held.subarray(2, 2 + held.readUInt16BE(0));
      answers[message.readUInt16BE(0)] = readAnswer(message);
      held = held.subarray(2 + message.length);
    }
    if (answers.length === questions.length) done.resolve(answers);
    else send();
  });
  socket.once("error", done.reject);
  socket.once("close", () => done.reject(new Error(`closed after ${answers.length} answers`)));
  send();
  try {
    return await done.promise;
  } finally {
    socket.destroy();
  }
}

function queryOf({ name, type }: MadeQuestion, id: number, subnet: Uint8Array | undefined): Uint8Array {
  const option =
    subnet === undefined
      ? new Uint8Array()
      : joined([
          big(2, 8),
          big(2, 4 + subnet.length),
          big(2, subnet.length === 4 ? 1 : 2),
          big(1, subnet.length * 8),
          big(1, 0),
          subnet,
        ]);
  const opt = [big(1, 0), big(2, 41), big(2, 1232), big(4, 0), big(2, option.length), option];
  const message = joined([
    ...[big(2, id), big(2, 0), big(2, 1), big(2, 0), big(2, 0), big(2, 1)],
    ...[nameBytes(name), big(2, type), big(2, 1)],
    ...opt,
  ]);
  return joined([big(2, message.length), message]);
}
