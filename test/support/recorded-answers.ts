// A vendor, as far as its documents show it. In: answers in the order in which they are given. Out: an address, and each request as it came.
import { createServer, type IncomingHttpHeaders } from "node:http";

export interface RecordedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Answered once this resolves. */
  readonly after?: Promise<void>;
}

export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RecordedServer {
  readonly url: string;
  readonly asked: readonly AskedRequest[];
  /** Answers from now on, the last of them for ever. */
  answer(...answers: readonly RecordedAnswer[]): void;
  close(): Promise<void>;
}

export async function answerAs(...first: readonly RecordedAnswer[]): Promise<RecordedServer> {
  let answers = [...first];
  const asked: AskedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { method = "", url: path = "", headers } = request;
    asked.push({ method, path, headers, body });
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 };
    await answer.after;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    asked,
    answer(...next) {
      answers = [...next];
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
