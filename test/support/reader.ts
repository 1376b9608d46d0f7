// A visitor who looks closely. In: a POP's address. Out: what it answered, each body named by its digest, and every complaint.
import { request } from "node:http";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { digestOf } from "../../src/snapshot/digest.ts";
import { type Digest, type Encoding, slotClose, slotOpen } from "../../src/snapshot/types.ts";

export interface Seen {
  readonly path: string;
  readonly generation: number;
  readonly level: number;
  /** The encoding to look up: at level 1 an HTML body is looked up as identity, its slot cut out. */
  readonly encoding: Encoding;
  readonly digest: Digest;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** One request on a connection of its own. Rejects where the connection fails. */
export function get(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const asked = request({
      host,
      port,
      path,
      headers: { connection: "close", ...headers },
      agent: false,
      timeout: 5_000,
    });
    asked.once("error", reject);
    asked.once("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answer["headers"],
          body: Buffer.concat(chunks),
        }),
      );
    });
    asked.end();
  });
}

const decoders: Record<Encoding, (body: Buffer) => Buffer> = {
  identity: (body) => body,
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** Names what an answer of 200 shows. */
export function seenIn(path: string, answer: Answer): Seen {
  const encoding = (answer.headers["content-encoding"] ?? "identity") as Encoding;
  const generation = Number(answer.headers["pharos-generation"]);
  const level = Number(answer.headers["pharos-level"]);
  const slotted = cutSlot(decoders[encoding](answer.body).toString("utf8"));
  if (slotted !== null)
    return { path, generation, level, encoding: "identity", digest: digestOf(Buffer.from(slotted, "utf8")) };
  return { path, generation, level, encoding, digest: digestOf(answer.body) };
}

/** The body with an empty slot, where its slot is filled; null where there is none or it is empty. */
function cutSlot(html: string): string | null {
  const from = html.indexOf(slotOpen);
  const until = html.indexOf(slotClose);
  if (from < 0 || until < 0 || until === from + slotOpen.length) return null;
  return html.slice(0, from + slotOpen.length) + html.slice(until);
}
