// A page as a browser gets it, without a store between: for what is about looks. In: a view. Out: an address where its documents are, each under the
// headers that a browser heeds, with an event stream that says nothing new.
import { gzipSync } from "node:zlib";
import { noticeOf, withBanner } from "../../src/edge/banner.ts";
import type { PageView } from "../../src/model/view.ts";
import { documentsOf } from "../../src/render/documents.ts";
import { eventOf, eventPath, eventType } from "../../src/render/event.ts";
import { bytesOf, type Document } from "../../src/render/types.ts";

export interface RenderedSite {
  readonly url: string;
  /** Paths of the HTML pages, the first of each kind: of a hundred incidents one. */
  readonly pages: readonly string[];
  /** From now on this stands in the slot of each page, under level 3; null ends it. */
  alarm(text: string | null): void;
  /** From now on this view is served. */
  show(view: PageView, asOf: number): void;
  stop(): Promise<void>;
}

export function serveRendered(view: PageView, asOf: number): RenderedSite {
  let documents = new Map<string, Document>();
  let event = "";
  let notice: string | null = null;
  const show = (of: PageView, at: number): void => {
    documents = new Map([...documentsOf(of, at)].map((document) => [document.path, document]));
    const now = documents.get("/")?.body() ?? "";
    event = eventOf({ generation: 1, epoch: 1, view: of, before: null, now });
  };
  show(view, asOf);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch(request) {
      const { pathname } = new URL(request.url);
      const headers = {
        "pharos-generation": "1",
        "pharos-level": notice === null ? "0" : "3",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "pharos-generation, pharos-level",
      };
      if (pathname === eventPath)
        return new Response(event, { headers: { ...headers, "content-type": eventType } });
      if (pathname === "/_events") return new Response(streamOf(event), { headers: streamHeaders });
      // Asked for where a page names no icon: the widget's frame, which has no tab of its own.
      if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
      const document = documents.get(decodeURI(pathname));
      if (document === undefined) return new Response("There is no such page.", { status: 404 });
      const policy = `frame-ancestors ${document.framed ? "*" : "'none'"}; base-uri 'none'; form-action 'self'`;
      const plain = bytesOf(document);
      const body = gzipSync(notice === null ? plain : withBanner(plain, notice), { level: 9 });
      const said = { "content-type": document.contentType, "content-encoding": "gzip" };
      return new Response(body, { headers: { ...headers, ...said, "content-security-policy": policy } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    get pages() {
      return onePerKind([...documents.values()]);
    },
    alarm(text) {
      notice = text === null ? null : noticeOf(text);
    },
    show,
    stop: () => server.stop(true),
  };
}

const streamHeaders = { "content-type": "text/event-stream", "cache-control": "no-store" };

/** One event, then silence. */
function streamOf(event: string): ReadableStream<Uint8Array> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return new ReadableStream({
    start: (controller) => controller.enqueue(encode(`event: level\ndata: 0\n\nid: 1\ndata: ${event}\n\n`)),
  });
}

/** Months, days, years and ids are what pages of one kind differ by. */
export function onePerKind(documents: readonly Document[]): readonly string[] {
  const kinds = new Map<string, string>();
  for (const { path, contentType } of documents) {
    if (!contentType.startsWith("text/html")) continue;
    const kind = path.replaceAll(/\/[a-z0-9]{12}(?=\/|$)|\d+/g, "*");
    if (!kinds.has(kind)) kinds.set(kind, path);
  }
  return [...kinds.values()];
}
