// A receiver of messages over HTTP, as its owner would run one. In: what it answers. Out: its address, and what came.
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { allowedOf } from "../../src/host/reach.ts";
import { createPosting, type Posting } from "../../src/notify/posting.ts";

export interface Came {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly came: Came[];
  /** What the next requests are answered with; the last one stays. */
  answers: ((came: Came, response: ServerResponse) => void)[];
  close(): void;
}

export async function receiver(): Promise<Receiver> {
  const came: Came[] = [];
  const listen: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      came.push(one);
      const answer = own.answers.length > 1 ? own.answers.shift() : own.answers[0];
      if (answer === undefined) response.end();
      else answer(one, response);
    });
  };
  const server = createServer(listen);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const own: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    answers: [],
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return own;
}

/** A way out to others' addresses, of which this machine's are allowed, or none of them. */
export function postingHere(networks: readonly string[] = ["127.0.0.1"], clock = systemClock): Posting {
  const allowed = allowedOf(networks);
  if (!allowed.ok) throw new Error(allowed.wrong);
  return createPosting({ clock, policy: "foreign", allowed: allowed.value, perHostMax: 4 });
}
