// Commands on checks: made, changed, put into an order, deleted; secrets that are left out stay; refused with a sentence.
import { expect, test } from "bun:test";
import type { HttpTarget } from "../../src/model/check.ts";
import { missingSecrets, type SaidTarget, withoutSecrets } from "../../src/model/check-target.ts";
import type { CheckFields } from "../../src/model/command.ts";
import { world } from "./world.ts";

const http: HttpTarget = {
  ...{ kind: "http", url: "https://api.example/health", method: "GET", headers: [], body: null },
  ...{ statuses: "200-299", keyword: null, keywordAbsent: false, json: null },
  ...{ redirectsMax: 5, certificateDays: 14 },
};
const tcp = { kind: "tcp", host: "db.example", port: 5432, send: null, expect: null } as const;

type Made = ReturnType<typeof world>;
const add = (made: Made, fields: CheckFields = {}, id = "c"): void => {
  made.run({ kind: "check.create", id, fields: { name: "API", target: http, ...fields } });
};
const checks = (made: Made) => made.view().checks;

test("decide-check/a check is made with what it was not told, and changed field by field; the page's own time stays", () => {
  const made = world();
  const told = made.view().page.updatedAt;
  add(made);
  expect(checks(made)[0]).toMatchObject({
    ...{ id: "c", name: "API", target: http, paused: false, everyMs: 60_000, timeoutMs: 10_000, pops: [] },
    ...{ componentId: null, act: "watch", failuresToOpen: 2, successesToClose: 2, position: 1 },
  });
  made.now += 1_000;
  const { ops } = made.run({ kind: "check.update", id: "c", fields: { paused: true, everyMs: 60_000 } });
  expect(ops.map(({ kind, fields }) => [kind, fields])).toEqual([
    ["check", { paused: true, updatedAt: made.now }],
  ]);
  expect(made.run({ kind: "check.update", id: "c", fields: { paused: true } }).ops).toEqual([]);
  expect(made.view().page.updatedAt).toBe(told);
});

test("decide-check/secrets that are left out stay as they are, and wait where nobody gave them", () => {
  const made = world();
  const secret: SaidTarget = {
    ...http,
    method: "POST",
    headers: [["Authorization", "Bearer x"]],
    body: "{}",
  };
  add(made, { target: secret });
  const target = () => checks(made)[0]?.target as HttpTarget;
  const leftOut = withoutSecrets(target());
  expect(JSON.stringify(leftOut)).not.toContain("Bearer");
  expect(made.run({ kind: "check.update", id: "c", fields: { target: leftOut } }).ops).toEqual([]);
  expect(missingSecrets(target())).toEqual([]);
  const more = { ...http, headers: [["authorization", null] as const, ["X-Key", null] as const] };
  made.run({ kind: "check.update", id: "c", fields: { target: more } });
  expect(target().headers).toEqual([
    ["authorization", "Bearer x"],
    ["X-Key", ""],
  ]);
  expect(missingSecrets(target())).toEqual(["X-Key"]);
  const elsewhere = world();
  add(elsewhere, { target: leftOut });
  expect(missingSecrets(checks(elsewhere)[0]?.target as HttpTarget)).toEqual(["Authorization", "body"]);
});

test("decide-check/what it names and is deleted leaves it; a check that was deleted does not come back", () => {
  const made = world();
  made.run({ kind: "template.create", id: "t", fields: { name: "T", title: "T", body: "T" } });
  add(made, { target: tcp }, "network");
  add(made, { parentId: "network", componentId: "api", act: "component", templateId: "t" });
  made.run({ kind: "component.delete", id: "api" });
  expect(checks(made)[1]).toMatchObject({ componentId: null, act: "watch" });
  made.run({ kind: "template.delete", id: "t" });
  made.run({ kind: "check.delete", id: "network" });
  expect(checks(made)).toMatchObject([{ id: "c", parentId: null, templateId: null }]);
  expect(made.refusal({ kind: "check.update", id: "network", fields: {} }).status).toBe(404);
  const again = { kind: "check.create", id: "network", fields: { name: "N", target: tcp } } as const;
  expect(made.refusal(again).sentences.join()).toContain("was deleted; take another id");
});

test("decide-check/the named stand first in their order, the others behind them", () => {
  const made = world();
  for (const id of ["a", "b", "c"]) add(made, { name: id }, id);
  expect(made.run({ kind: "check.reorder", ids: ["c"] }).ops.length).toBe(3);
  expect(checks(made).map(({ id }) => id)).toEqual(["c", "a", "b"]);
  expect(made.run({ kind: "check.reorder", ids: ["c", "a"] }).ops).toEqual([]);
  expect(made.refusal({ kind: "check.reorder", ids: ["a", "a"] }).status).toBe(422);
  expect(made.refusal({ kind: "check.reorder", ids: ["none"] }).status).toBe(404);
});

const dns = { kind: "dns", name: "example.org", type: "A", server: null, expect: [] } as const;
const beat = { kind: "heartbeat", schedule: { everyMs: 60_000 }, graceMs: 0 } as const;
const socket = { kind: "websocket", url: "wss://api.example/ws", send: null, expect: null } as const;
const cron = (text: string, zone = "Europe/Berlin") =>
  ({ target: { ...beat, schedule: { cron: text, zone } } }) satisfies CheckFields;

test.each<[CheckFields, string]>([
  [{ name: " " }, "is empty"],
  [{ target: { ...http, url: "ftp://a.example" } }, "http:// or https://"],
  [{ target: { ...http, url: "https://u:p@a.example" } }, "put them into a header"],
  [{ target: { ...http, statuses: "200-" } }, "ranges such as"],
  [{ target: { ...http, statuses: "299-200" } }, "ranges such as"],
  [{ target: { ...http, headers: [["Bad name", "x"]] } }, "is no name of a header"],
  [{ target: { ...http, headers: [["X-A", "one\ntwo"]] } }, "is not one line"],
  [{ target: { ...http, headers: [["Content-Length", "1"]] } }, "not the check's to set"],
  [{ target: { ...http, body: "x" } }, "not with GET"],
  [{ target: { ...http, keyword: "" } }, "keyword is empty"],
  [{ target: { ...http, redirectsMax: 11 } }, "from 0 to 10"],
  [{ target: { ...tcp, host: "a b" } }, "neither a host name nor an address"],
  [{ target: { ...tcp, host: "::::" } }, "neither a host name nor an address"],
  [{ target: { ...tcp, port: 0 } }, "from 1 to 65535"],
  [{ target: { ...dns, type: "PTR" as "A" } }, "known are A, AAAA"],
  [{ target: { ...socket, url: "https://a.example" } }, "ws:// or wss://"],
  [{ target: { ...beat, schedule: { everyMs: 1 } } }, "from 10 to 8640000 seconds"],
  [cron("61 * * * *"), "none of cron's"],
  [cron("* * * * * *"), "none of cron's"],
  [cron("0 0 31 2 *"), "none of cron's"],
  [cron("0 0 * * *", "Mars/Base"), 'time zone "Mars/Base" is unknown'],
  [{ everyMs: 4_999 }, "from 5 to 86400 seconds"],
  [{ everyMs: 5_000 }, "longer than the time between"],
  [{ failuresToOpen: 0 }, "from 1 to 20"],
  [{ pops: ["a b"] }, "no name of a POP"],
  [{ act: "component" }, "says which: it has none"],
  [{ componentId: "none" }, 'no component "none"'],
  [{ parentId: "none" }, 'no check "none"'],
  [{ parentId: "c" }, "above itself"],
  [{ templateId: "none" }, 'no template "none"'],
])("decide-check/refused: %j", (fields, says) => {
  const made = world();
  add(made);
  expect(made.refusal({ kind: "check.update", id: "c", fields }).sentences.join()).toContain(says);
  expect(
    made
      .refusal({
        kind: "check.create",
        id: "d",
        fields: {
          name: "API",
          target: http,
          ...fields,
          ...(fields.parentId === "c" ? { parentId: "d" } : {}),
        },
      })
      .sentences.join(),
  ).toContain(says);
});

test.each([
  tcp,
  { ...tcp, host: "2001:db8::1" },
  { kind: "tls", host: "192.0.2.1", port: 443, serverName: "a.example", days: 7 },
  { ...dns, server: "9.9.9.9", expect: ["192.0.2.1"] },
  socket,
  cron("30 2 * * 1-5").target,
  cron("@daily").target,
] satisfies SaidTarget[])("decide-check/kept: %j", (target) => {
  const made = world();
  add(made, { target });
  expect(checks(made)[0]?.target).toEqual(target);
});
