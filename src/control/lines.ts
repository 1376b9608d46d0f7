// JSON values, one a line (ndjson.org): what is too much for one value. In: values, or the bytes of a body. Out: a response that is made as it is read,
// or lines as they come. The first line says what follows, the last how many: a list that was cut off is known by it.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";

export const linesType = "application/x-ndjson";

/** Lines that go out together: a chunk each would cost more than what is in it. */
const chunkChars = 64 * 1024;

/** A failure on the way ends the connection without the last line. */
export function linesResponse(values: AsyncIterable<unknown>, log: Log): Response {
  const iterator = textOf(values);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(Buffer.from(value));
      } catch (thrown) {
        log.error(`An answer of many lines ended before its end: ${messageOf(thrown)}.`);
        controller.error(thrown);
      }
    },
    async cancel() {
      await iterator.return(undefined);
    },
  });
  return new Response(body, { headers: { "content-type": linesType, "cache-control": "no-store" } });
}

async function* textOf(values: AsyncIterable<unknown>): AsyncGenerator<string, undefined> {
  let text = "";
  for await (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < chunkChars) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

/** Lines of a body, without empty ones. Throws ApiRefusal where it is too long, is no UTF-8, or ends in the middle. */
export async function* linesIn(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [held, length] = ["", 0];
  for await (const chunk of received(body)) {
    length += chunk.length;
    if (length > bytesMax)
      throw new ApiRefusal({ status: 413, error: `A request body has at most ${bytesMax} bytes.` });
    const lines = (held + decoded(decoder, chunk)).split("\n");
    held = lines.pop() ?? "";
    if (Math.max(held.length, ...lines.map((line) => line.length)) > limits.listLineCharsMax)
      throw new ApiRefusal(unprocessable(`A line has at most ${limits.listLineCharsMax} characters`));
    for (const line of lines) if (line.trim() !== "") yield line;
  }
  if (held.trim() !== "") yield held;
}

async function* received(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, undefined> {
  if (body === null) return;
  try {
    yield* body as unknown as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    if (thrown instanceof ApiRefusal) throw thrown;
    // A client that goes away in the middle is no failure of ours.
    throw new ApiRefusal({ status: 400, error: "The body ended before its end." });
  }
}

function decoded(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new ApiRefusal({ status: 400, error: "The body is not UTF-8." });
  }
}
