// A proxy that collects an answer and passes it on when it is whole, as some do: a stream comes to nothing behind it.
// In: where it leads. Out: its address, how many answers came to nothing, its end.
import { createServer, request } from "node:http";

export interface CollectingProxy {
  readonly address: string;
  /** Requests whose client gave up before the answer was whole. */
  givenUp(): number;
  stop(): Promise<void>;
}

export async function startCollectingProxy(to: string): Promise<CollectingProxy> {
  const [host, port] = to.split(":");
  let givenUp = 0;
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const onward = request({ host, port, method, path, headers, agent: false }, (from) => {
      const chunks: Buffer[] = [];
      from.on("data", (chunk: Buffer) => chunks.push(chunk));
      from.once("error", () => answer.destroy());
      from.once("end", () => {
        answer.writeHead(from.statusCode ?? 502, { "content-type": from.headers["content-type"] ?? "" });
        answer.end(Buffer.concat(chunks));
      });
    });
    onward.once("error", () => answer.destroy());
    asked.pipe(onward);
    answer.once("close", () => {
      if (!answer.writableFinished) givenUp += 1;
      onward.destroy();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const at = server.address();
  return {
    address: `127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`,
    givenUp: () => givenUp,
    async stop() {
      server.closeAllConnections();
      await new Promise((stopped) => server.close(stopped));
    },
  };
}
