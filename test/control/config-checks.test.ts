// Checks in a page's file: what a kind has not is refused, secrets are in no file and stay, names of others are found wherever they stand.
import { expect, test } from "bun:test";
import type { HttpTarget } from "../../src/model/check.ts";
import { openConfigWorld } from "./config-world.ts";

const page = 'page: { id: p1, name: A, url: "https://a.example" }\n';

test("config-checks/a schedule becomes another, and what is exported is nothing to apply", async () => {
  const { apply, exported, plan } = openConfigWorld();
  const beat = (said: string) => `${page}checks:\n  - { id: c, name: Backup, kind: heartbeat, ${said} }\n`;
  await apply(beat("cron: '@daily', time_zone: Europe/Berlin"));
  await apply(beat("cron: null, every_seconds: 60"));
  expect(await exported()).toContain("every_seconds: 60");
  expect(plan(await exported(), true).changes).toEqual([]);
  expect(() => plan(beat("cron: '@daily', every_seconds: 60"))).toThrow("leave one out");
});

test("config-checks/secrets are in no file, stay where a file leaves them out, and are kept where it gives them", async () => {
  const { apply, exported, ledger, plan } = openConfigWorld();
  const check = (headers: string) =>
    `${page}checks:\n  - name: API\n    url: https://api.example\n    method: POST\n    headers: ${headers}\n    body: hush\n`;
  await apply(check("{ Authorization: Bearer hush }"));
  const text = await exported();
  expect([text.includes("hush"), text.includes("Authorization: null")]).toEqual([false, true]);
  expect(plan(text, true).changes).toEqual([]);
  await apply(text.replace("method: POST", "method: PUT"));
  const target = ledger.view("p1")?.checks[0]?.target as HttpTarget;
  expect([target.method, target.headers, target.body]).toEqual([
    "PUT",
    [["Authorization", "Bearer hush"]],
    "hush",
  ]);
});

test("config-checks/a parent may stand behind its child, and what names nobody or has no such word is said", async () => {
  const { apply, ledger, plan } = openConfigWorld();
  const checks = "  - { name: API, url: 'https://a.example', parent: Net, component: Web, act: component }\n";
  const net = "  - { id: net, name: Net, kind: tcp, host: 192.0.2.1, port: 53 }\n";
  await apply(`${page}components: [{ id: web, name: Web }]\nchecks:\n${checks}${net}`);
  expect(ledger.view("p1")?.checks.find(({ name }) => name === "API")).toMatchObject({
    ...{ parentId: "net", componentId: "web", act: "component" },
  });
  const wrong = (line: string) => () =>
    plan(`${page}checks:\n  - { name: X, url: 'https://a.example', ${line} }\n`);
  expect(wrong("parent: None")).toThrow("which is no check's id");
  expect(wrong("port: 80")).toThrow("is of kind http, which has no `port`");
  expect(wrong("headers: [a]")).toThrow("a map of headers");
});
