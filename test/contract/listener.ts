// A listener by itself, run by a runtime for http-listener.test.ts: echoes lengths, streams, never answers. Says its port.
import { listenHttp } from "../../src/host/http.ts";

const listener = listenHttp({
  port: 0,
  bodyBytesMax: 100,
  idleTimeoutS: 1,
  async fetch(request) {
    if (request.url.endsWith("/length"))
      return new Response(String((await request.arrayBuffer()).byteLength));
    if (request.url.endsWith("/never")) return new Promise(() => {});
    if (request.url.endsWith("/throws")) throw new Error("as it was told to");
    if (!request.url.endsWith("/stream")) return new Response("unread");
    return new Response(
      new ReadableStream({
        async start(to) {
          for (let at = 0; at < 3; at++) {
            to.enqueue(new TextEncoder().encode(`${at}\n`));
            await new Promise((next) => setTimeout(next, 50));
          }
          to.close();
        },
      }),
    );
  },
});
await listener.ready;
process.stdout.write(`${listener.port}\n`);
process.stdin.once("data", async () => {
  void listener.stop();
  await listener.stop(true);
  process.exit(0);
});
