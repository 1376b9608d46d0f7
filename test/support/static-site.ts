// The static export, served to visitors by a web server that knows nothing of Pharos. In: an export's folder. Out: an address and its end.
// By nginx with deploy/nginx-export.conf where it is installed, else by node:http with the same few rules.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { freePort, until } from "./installation.ts";
import { get } from "./reader.ts";

export interface StaticSite {
  /** `127.0.0.1:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export const hasNginx: boolean = spawnSync("nginx", ["-v"]).status === 0;

/** `scratch`: where the server may keep its own files. */
export function serveExport(folder: string, scratch: string): Promise<StaticSite> {
  return hasNginx ? byNginx(folder, scratch) : byNode(folder);
}

async function byNginx(folder: string, scratch: string): Promise<StaticSite> {
  const port = await freePort();
  const conf = resolve(import.meta.dirname, "../../deploy/nginx-export.conf");
  const site = readFileSync(conf, "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("listen [::]:80;", "")
    .replaceAll("/srv/status", folder);
  mkdirSync(scratch, { recursive: true });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${scratch}/${name};`,
  );
  // A test's folder is its user's alone, and the workers of a root's nginx are another's.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    join(scratch, "nginx.conf"),
    `${user} daemon off; pid ${scratch}/pid; error_log stderr error; worker_processes 1;
     events {} http { access_log off; ${temporary.join(" ")} ${site} }`,
  );
  const child = spawn("nginx", ["-p", scratch, "-c", join(scratch, "nginx.conf")], { stdio: "ignore" });
  const exited = new Promise((done) => child.once("exit", done));
  const address = `127.0.0.1:${port}`;
  await until("nginx answers", async () => (await get(address, "/").catch(() => null)) !== null);
  return {
    address,
    async close() {
      child.kill("SIGTERM");
      await exited;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".json": "application/json",
  ".atom": "application/atom+xml",
  ".rss": "application/rss+xml",
};

async function byNode(folder: string): Promise<StaticSite> {
  const server = createServer((request, response) => {
    const host = request.headers.host ?? "";
    const asked = join(folder, "pages", host, decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"));
    const file = [asked, join(asked, "index.html")].find((path) => {
      try {
        return statSync(path).isFile();
      } catch {
        return false; // The next one, or none.
      }
    });
    if (file === undefined) return void response.writeHead(404).end();
    const type = `${types[extname(file)] ?? "application/octet-stream"}; charset=utf-8`;
    response.writeHead(200, { "content-type": type }).end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const place = server.address();
  return {
    address: `127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
