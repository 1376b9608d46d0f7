// The demo's mail server and its page. In: addresses of this machine, where the demo's status page is. Out: whatever is sent, to look at; nothing leaves the
// machine. Both kept libraries are loaded here and nowhere else: no other command receives mail.
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { listenHttp } from "../host/http.ts";
import { answerOf, type ShownMail } from "./demo-mail-page.ts";
import type { Address } from "./flags.ts";

export interface MailSink {
  /** Newest first. */
  mails(): readonly ShownMail[];
  stop(): Promise<void>;
}

export interface MailSinkOptions {
  readonly smtp: Address;
  readonly page: Address;
  /** Links that begin with the first lead to the second: the demo's own name is known to nobody. */
  readonly leads: readonly [from: string, to: string];
  readonly nowMs: () => number;
}

/** Throws Fault `port-taken`, `address-refused`. */
export async function startMailSink({ smtp, page, leads, nowMs }: MailSinkOptions): Promise<MailSink> {
  const mails: ShownMail[] = [];
  let count = 0;
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: limits.demoMailBytesMax,
    closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => {
        // What is too large is read to its end, as the protocol wants it, and not kept.
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on("end", () => {
        if (stream.sizeExceeded) {
          done(Object.assign(new Error("The message is too large."), { responseCode: 552 }));
          return;
        }
        read(
          Buffer.concat(chunks),
          session.envelope.rcptTo.map(({ address }) => address),
        ).then(
          () => done(null, "Shown on the demo's page"),
          (thrown: unknown) => done(new Error(messageOf(thrown))),
        );
      });
    },
  });

  async function read(raw: Buffer, to: readonly string[]): Promise<void> {
    const { subject = "", from, text = "", html = "", headers } = await PostalMime.parse(raw);
    const number = ++count;
    mails.unshift({
      ...{ number, to, subject, text, html, atMs: nowMs() },
      from: from === undefined ? "" : `${from.name} <${from.address ?? ""}>`,
      headers: headers.map(({ originalKey, value }) => [originalKey, value]),
    });
    mails.length = Math.min(mails.length, limits.demoMailsMax);
  }

  await new Promise<void>((resolve, reject) => {
    const refuse = (thrown: Error): void =>
      reject(
        new Fault(
          "port-taken",
          `The demo's mail server cannot listen: ${thrown.message}.`,
          "Stop what uses its port.",
        ),
      );
    server.once("error", refuse);
    server.listen(smtp.port, smtp.host, () => {
      server.off("error", refuse);
      // A client that goes away in the middle says so here, and nobody else has to know.
      server.on("error", () => {});
      resolve();
    });
  });
  const listener = listenHttp({
    address: page.host,
    port: page.port,
    bodyBytesMax: 1,
    fetch: (request) => answerOf(request, mails, leads),
  });
  return {
    mails: () => mails,
    async stop() {
      await listener.stop(true);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
