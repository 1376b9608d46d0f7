// What sends the same messages to the same sinks and does nothing else, as a process of its own. In: argv (JSON of `Peer`). Out: it ends when all were taken.
import { Agent, request } from "node:http";
import { createTransport } from "nodemailer";
import PostalMime from "postal-mime";
import { limits } from "../../src/base/limits.ts";
import type { Sample } from "./sinks.ts";
import { contactOf, type Ports } from "./world.ts";

export interface Peer {
  /** `posts`: a loop over node:http. `mails`: nodemailer makes each mail. `bytes`: nodemailer sends one that is made. */
  readonly sends: "posts" | "mails" | "bytes";
  readonly count: number;
  readonly ports: Ports;
  readonly sample: Sample;
  /** PEM of the key that signs; null signs nothing. */
  readonly dkim: string | null;
}

/** As many at once as the channel has. */
const inFlight = { posts: 256, mails: limits.mailInFlightMax, bytes: limits.mailInFlightMax } as const;

function postsOf({ ports, sample }: Peer): (at: number) => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const body = Buffer.from(sample.body);
  const kept = ["content-type", "user-agent", "webhook-timestamp", "webhook-signature"];
  const headers = Object.fromEntries(kept.map((name) => [name, sample.headers[name] ?? ""]));
  return (at) =>
    new Promise((done, failed) => {
      const url = contactOf("hooks", at, ports).contact.endpoint ?? "";
      const asked = request(
        url,
        {
          agent,
          method: "POST",
          headers: { ...headers, "webhook-id": `peer${at}`, "content-length": body.length },
        },
        (response) => response.resume().once("end", done),
      );
      asked.once("error", failed).end(body);
    });
}

async function mailsOf({ sends, ports, sample, dkim }: Peer): Promise<(at: number) => Promise<unknown>> {
  const transport = createTransport({
    ...{ pool: true, host: "127.0.0.1", port: ports.smtp, secure: false, ignoreTLS: true },
    maxConnections: limits.mailConnectionsMax,
    maxMessages: limits.mailPerConnectionMax,
    ...(dkim === null ? {} : { dkim: { domainName: "example.org", keySelector: "bench", privateKey: dkim } }),
  });
  const from = "status@example.org";
  const { subject = "", text = "", html = "" } = await PostalMime.parse(sample.body);
  return (at) => {
    const to = contactOf("mails", at, ports).contact.email ?? "";
    return transport.sendMail(
      sends === "bytes"
        ? { raw: sample.body, envelope: { from, to } }
        : { from, to, subject, text, html, list: { unsubscribe: "https://example.org/" } },
    );
  };
}

async function main(peer: Peer): Promise<void> {
  const send = peer.sends === "posts" ? postsOf(peer) : await mailsOf(peer);
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < peer.count) await send(next++);
  };
  await Promise.all(Array.from({ length: inFlight[peer.sends] }, loop));
  process.exit(0);
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? "{}") as Peer);
