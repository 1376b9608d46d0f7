// A real mail server for tests, that says what a test wants it to say. In: answers by step. Out: its port, and the mails that it took, as they came and as they are read.
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly mail: Email;
  /** Whether it came over TLS, and by whose login. */
  readonly secure: boolean;
  readonly user: string | null;
}

/** What it says to an address or a message: null takes it. `hold` never answers, `drop` closes the connection. */
export type Answer = { readonly code: number; readonly text: string } | "hold" | "drop" | null;

export interface MailServerOptions {
  readonly toRecipient?: (address: string) => Answer;
  /** Before the message is there: `drop` cuts it off in the middle. */
  readonly toData?: (to: string) => "drop" | null;
  readonly toMessage?: (mail: TakenMail) => Answer;
  readonly toSender?: (address: string) => Answer;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** `offered` is STARTTLS. */
  readonly security?: "none" | "offered" | "tls";
  readonly login?: { readonly user: string; readonly password: string };
  /** Only counts what it takes. */
  readonly unread?: boolean;
}

export interface MailServer {
  readonly port: number;
  readonly taken: readonly TakenMail[];
  /** Messages that were taken. */
  count(): number;
  /** Connections that were made. */
  connections(): number;
  /** Closes all connections, as servers do with those that idle. */
  hangUp(): void;
  close(): Promise<void>;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  let count = 0;
  let connections = 0;
  const security = options.security ?? "none";
  const answer = (
    said: Answer,
    session: { readonly id: string },
    done: (error?: Error | null) => void,
  ): void => {
    if (said === "hold") return;
    if (said === "drop") {
      for (const connection of server.connections) if (connection.id === session.id) connection.close();
      return;
    }
    done(said === null ? null : Object.assign(new Error(said.text), { responseCode: said.code }));
  };
  const settings: SMTPServerOptions = {
    secure: security === "tls",
    ...(options.tls === undefined ? {} : { key: options.tls.key, cert: options.tls.cert }),
    disabledCommands: [
      ...(security === "offered" ? [] : ["STARTTLS"]),
      ...(options.login === undefined ? ["AUTH"] : []),
    ],
    authOptional: options.login === undefined,
    allowInsecureAuth: true,
    closeTimeout: 50,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      username === options.login?.user && password === options.login?.password
        ? done(null, { user: username })
        : done(new Error("Who are you?")),
    onConnect: (_session, done) => {
      connections++;
      done();
    },
    onMailFrom: ({ address }, session, done) => answer(options.toSender?.(address) ?? null, session, done),
    onRcptTo: ({ address }, session, done) => answer(options.toRecipient?.(address) ?? null, session, done),
    onData(stream, session, done) {
      if (options.toData?.(session.envelope.rcptTo[0]?.address ?? "") === "drop") {
        stream.resume();
        stream.once("data", () => answer("drop", session, done));
        return;
      }
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        if (options.unread === true) {
          count++;
          done(null);
          return;
        }
        const raw = Buffer.concat(chunks);
        const from = session.envelope.mailFrom;
        const mail: TakenMail = {
          from: from === false ? "" : from.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw,
          mail: await PostalMime.parse(raw),
          secure: session.secure,
          user: typeof session.user === "string" ? session.user : null,
        };
        const said = options.toMessage?.(mail) ?? null;
        if (said === null) {
          taken.push(mail);
          count++;
        }
        answer(said, session, done);
      });
    },
  };
  const server = new SMTPServer(settings);
  // A client that goes away in the middle is what some tests do.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const place = server.server.address();
  return {
    port: typeof place === "object" && place !== null ? place.port : 0,
    taken,
    count: () => count,
    connections: () => connections,
    hangUp() {
      for (const connection of server.connections) connection.close();
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
