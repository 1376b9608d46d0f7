// A listener to a page's events, as a browser is one but for coming back. In: an address, a host. Out: what was told so far, and the end.
import { request } from "node:http";

export interface Told {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

export interface EventStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Events of one kind so far; those of generations are `message`. */
  told(event?: string): readonly Told[];
  /** Ids of generations so far. */
  ids(): readonly number[];
  /** True where the server ended it in order. */
  readonly ended: Promise<boolean>;
  close(): void;
}

/** Resolves when the answer's head is there. */
export function openEvents(
  address: string,
  host: string,
  { lastId, path = "/_events" }: { readonly lastId?: number; readonly path?: string } = {},
): Promise<EventStream> {
  const [hostname = "", port] = address.split(":");
  const headers = {
    host,
    accept: "text/event-stream",
    ...(lastId === undefined ? {} : { "last-event-id": String(lastId) }),
  };
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port: Number(port), path, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (more: string) => {
        text += more;
      });
      const ended = new Promise<boolean>((done) => {
        answer.once("end", () => done(true));
        answer.once("close", () => done(answer.complete));
      });
      answer.on("error", () => undefined); // `ended` says so.
      const told = (event = "message") => eventsIn(text).filter((it) => it.event === event);
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        told,
        ids: () => told().map(({ id }) => Number(id)),
        ended,
        close: () => asking.destroy(),
      });
    });
    asking.once("error", reject);
    asking.end();
  });
}

function eventsIn(text: string): readonly Told[] {
  const whole = text.slice(0, text.lastIndexOf("\n\n") + 1);
  return whole.split("\n\n").flatMap((frame) => {
    const fields = frame.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line));
    const valuesOf = (name: string) => fields.flatMap((it) => (it?.[1] === name ? [it[2] ?? ""] : []));
    const data = valuesOf("data");
    if (data.length === 0) return [];
    return [
      { id: valuesOf("id")[0] ?? null, event: valuesOf("event")[0] ?? "message", data: data.join("\n") },
    ];
  });
}
