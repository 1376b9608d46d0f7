// The reference as people meet it: one page without a script, whose every example runs.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { openApiOf } from "../../src/control/openapi.ts";
import { tables } from "../../src/control/table.ts";
import { listenHttp } from "../../src/host/http.ts";
import { testWithCurl } from "../support/skip.ts";
import { checkedAnswers } from "./checked-answers.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";
import { namesFor } from "./example-names.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const ask = (path: string): Promise<Response> => world.api(new Request(`http://api.example${path}`));

test("/openapi.json is served without a key, and is what the tables say", async () => {
  const response = await ask("/openapi.json");
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "application/json; charset=utf-8",
  ]);
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiOf(tables))));
});

test("/docs has every operation, no script, and nothing from elsewhere", async () => {
  const response = await ask("/docs");
  const html = await response.text();
  expect(response.headers.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'self'");
  expect(html).not.toMatch(
    /<script|\son\w+=|\sstyle=|(?:src|href)="(?!#|\/docs\/style\.css"|\/openapi\.json")/i,
  );
  for (const methods of Object.values(openApiOf(tables).paths))
    for (const { operationId } of Object.values(methods))
      expect(html).toContain(`<article id="${operationId}">`);
  const style = await ask("/docs/style.css");
  expect([style.status, style.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
  expect(await style.text()).not.toMatch(/url\(|@import/);
});

test("an answer that is not what its row promises is noticed", async () => {
  const wrong = checkedAnswers(async () => Response.json([{ id: "x", name: 5 }]));
  expect(wrong(new Request("http://api.example/v1/pages"))).rejects.toThrow(
    "GET /pages is not what its row promises",
  );
});

testWithCurl(
  "every example of the reference runs as it stands",
  async () => {
    const html = await (await ask("/docs")).text();
    const shown = [...html.matchAll(/<article id="(\w+)">[\s\S]*?<code class="shell">([\s\S]*?)<\/code>/g)];
    await world.publish();
    await world.run(world.page, { kind: "page.update", fields: { description: "Two generations" } });
    await world.publish();
    const listener = listenHttp({ address: "127.0.0.1", port: 0, bodyBytesMax: 1_000_000, fetch: world.api });
    const script = [
      `pharos=http://127.0.0.1:${listener.port} key=${world.ownerToken} now=${Math.floor(world.clock.wallMs() / 1_000)}`,
      `curl() { command curl -s -m 10 -o /dev/null -w "%{http_code}\\n" "$@"; }`,
    ];
    const operations: string[] = [];
    for (const [, operation = "", escaped = ""] of shown) {
      const command = unescaped(escaped);
      const names = await namesFor(world, command);
      script.push(
        Object.entries(names)
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
        command,
      );
      operations.push(operation);
    }
    const codes = (await run(script.join("\n"))).trim().split("\n");
    await listener.stop(true);
    expect(codes.length).toBe(operations.length);
    const failed = operations.flatMap((operation, at) =>
      /^2/.test(codes[at] ?? "") ? [] : `${operation} ${codes[at]}`,
    );
    expect(failed).toEqual([]);
  },
  60_000,
);

const unescaped = (html: string): string =>
  html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#34;", '"')
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&")
    .trim();

function run(script: string): Promise<string> {
  const shell = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  shell.stdout.on("data", (piece) => {
    said += piece;
  });
  return new Promise((resolve) => shell.on("close", () => resolve(said)));
}
