// A plain web server over a folder, as python3 -m http.server is one: files as they lie, a folder's index.html, a redirect to its slash.
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

export interface StaticServer {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function serveFolder(folder: string): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://files").pathname);
    asked.push(path);
    const file = join(folder, path);
    const answer = (status: number, body: Uint8Array | string, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, headers).end(body);
    try {
      if (!statSync(file).isDirectory()) return answer(200, readFileSync(file));
      if (!path.endsWith("/")) return answer(301, "", { location: `${path}/` });
      return answer(200, readFileSync(join(file, "index.html")), { "content-type": "text/html" });
    } catch {
      return answer(404, "not found\n");
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
