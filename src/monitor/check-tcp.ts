// A look at a TCP listener. In: host, port, what to say and what to hear. Out: up, or why not.

import { limits } from "../base/limits.ts";
import type { TcpTarget } from "../model/check.ts";
import { type Connection, connectTo, type Seen, stopwatch } from "./connection.ts";
import { Failing, quoted } from "./failing.ts";
import type { LookTerms, Soon } from "./types.ts";

export const tcpHost = ({ host }: TcpTarget): string => host;

export async function lookTcp(target: TcpTarget, terms: LookTerms, seen: Seen): Promise<Soon> {
  const { host, port, send, expect } = target;
  const connection = await connectTo({ host, port, secureAs: null }, terms, seen);
  try {
    const since = stopwatch(terms);
    if (send !== null) connection.write(unescaped(send));
    if (expect !== null)
      await hear(connection, unescaped(expect), () => {
        seen.times = { ...seen.times, firstByteMs: since() };
      });
    return null;
  } finally {
    connection.close();
  }
}

async function hear(connection: Connection, expected: Buffer, onFirst: () => void): Promise<void> {
  let heard = Buffer.alloc(0);
  while (!heard.includes(expected)) {
    const bytes = await connection.read();
    if (bytes === null && heard.length === 0)
      throw new Failing("silent", `${connection.where} closed the connection and said nothing.`);
    if (heard.length === 0) onFirst();
    if (bytes === null || heard.length + bytes.length > limits.probeTalkBytesMax)
      throw new Failing(
        "answer",
        `${connection.where} did not say ${quoted(expected)} but ${quoted(heard)}.`,
      );
    heard = Buffer.concat([heard, bytes]);
  }
}

const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "0": "\0", "\\": "\\" };

/** A text of a form, in which `\r\n`, `\t`, `\0`, `\\` and `\x1f` stand for bytes that no form takes. */
function unescaped(text: string): Buffer {
  const parts = text.split(/(\\(?:[rnt0\\]|x[0-9a-fA-F]{2}))/);
  return Buffer.concat(
    parts.map((part, at) => {
      if (at % 2 === 0) return Buffer.from(part);
      return part[1] === "x" ? Buffer.from(part.slice(2), "hex") : Buffer.from(escapes[part[1] ?? ""] ?? "");
    }),
  );
}
