// `pharos user` as a person uses it, on a folder of its own and beside a running control plane; and the first start of a control plane.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom as random } from "../../src/base/random.ts";
import type { PeopleFlags } from "../../src/cli/control-flags.ts";
import { createPersons } from "../../src/cli/control-people.ts";
import { controlSocketOf } from "../../src/cli/control-plane.ts";
import { createLocal, localBodyBytesMax } from "../../src/control/local.ts";
import { lockFolder } from "../../src/host/lock.ts";
import { listenUnix } from "../../src/host/unix.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const base = mkdtempSync(join(tmpdir(), "pharos-user-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const clock = manualClock();
let data = "";
let folders = 0;
beforeEach(() => {
  data = join(base, `data-${++folders}`);
});
const pharos = (...argv: string[]) => commandLine({ clock, env: { PHAROS_DATA: data } })(...argv);

/** A control plane of the folder, as far as people go. */
async function running<Value>(
  flags: PeopleFlags,
  use: (persons: ReturnType<typeof createPersons>) => Promise<Value>,
): Promise<Value> {
  const lock = lockFolder(data);
  const store = openStore({ folder: data, clock, log: silentLog });
  try {
    const ledger = openLedger({ store, clock, random, region: "main", log: silentLog });
    const tokens = createTokens(store);
    const persons = createPersons({ store, ledger, tokens, clock, random, log: silentLog }, flags);
    const parts = { ledger, tokens, series: createSeries(store), log: silentLog, more: persons.operations };
    const listener = listenUnix(controlSocketOf(data), {
      bodyBytesMax: localBodyBytesMax,
      fetch: createLocal(parts),
    });
    try {
      return await use(persons);
    } finally {
      await listener.stop(true);
    }
  } finally {
    await store.close();
    lock.release();
  }
}
const secretOf = (link: string | null): string => /token=([A-Za-z0-9_-]{43})$/.exec(link ?? "")?.[1] ?? "";
const visit = { address: "127.0.0.1", agent: null, session: null, device: null, signOn: null };
const owner = { name: "Ada", email: "ada@example.org", password: "four words of mine" };

test("the first start gives a link for the first owner; when somebody signed up by it, no start gives one any more", async () => {
  const last = await running({}, async ({ firstLink }) => secretOf(firstLink("http://127.0.0.1:8400")));
  await running({ adminUrl: "https://pharos.example.org" }, async ({ accounts, firstLink }) => {
    const link = firstLink("http://127.0.0.1:8400");
    expect(link).toStartWith("https://pharos.example.org/admin/first?token=");
    // That of the process before is worth nothing here.
    expect((await accounts.entrances.first(visit, last, owner)).ok).toBe(false);
    expect(await accounts.entrances.first(visit, secretOf(link), owner)).toMatchObject({
      value: { kind: "in" },
    });
  });
  await running({}, async ({ firstLink }) => expect(firstLink("http://127.0.0.1:8400")).toBeNull());
  expect((await pharos("user", "list")).out).toStartWith(
    "ada@example.org\tAda\t*:owner\tpassword alone\tlast signed in 2026-",
  );
});

test("somebody is invited, given another role, disabled, and helped to a new password, with and without a running control plane", async () => {
  const invited = await pharos("user", "create", "--email", "ada@example.org", "--role", "owner");
  expect(invited.out).toMatch(/^\/admin\/invitation\?token=\S{43}$/);
  expect(invited.err).toContain("Put the address of the admin pages before it.");
  await running({}, async ({ accounts, firstLink }) => {
    firstLink("http://127.0.0.1:8400");
    const { name, password } = owner;
    expect(await accounts.entrances.accept(visit, secretOf(invited.out), { name, password })).toMatchObject({
      ok: true,
    });
    const eve = await pharos("user", "create", "--email", "eve@example.org", "--role", "viewer");
    expect(eve.out).toStartWith("http://127.0.0.1:8400/admin/invitation?token=");
    await accounts.entrances.accept(visit, secretOf(eve.out), { name: "Eve", password });
    const reset = await pharos("user", "reset", "--email", "Eve@example.org");
    expect(reset.out).toStartWith("http://127.0.0.1:8400/admin/new-password?token=");
    expect(await accounts.entrances.reset(visit, secretOf(reset.out), "another four words")).toMatchObject({
      ok: true,
    });
  });
  expect((await pharos("user", "role", "--email", "eve@example.org", "--role", "editor")).out).toContain(
    "\t*:editor\t",
  );
  expect((await pharos("user", "disable", "--email", "eve@example.org")).out).toEndWith("\tdisabled");
  expect((await pharos("user", "disable", "--email", "eve@example.org", "--undo")).out).not.toContain(
    "disabled",
  );
  expect((await pharos("user", "role", "--email", "eve@example.org", "--role", "none")).out).toContain(
    "\tno role\t",
  );
  const listed = JSON.parse((await pharos("user", "list", "--json")).out);
  expect(listed).toMatchObject([
    { email: "ada@example.org", roles: { "*": "owner" }, disabled: false, secondFactor: false },
    { email: "eve@example.org", roles: {} },
  ]);
});

describe("refused with a sentence", () => {
  test.each([
    [["user", "create", "--email", "ada", "--role", "owner"], 2, "--email: This is no e-mail address."],
    [["user", "create", "--email", "a@example.org", "--role", "king"], 2, "king"],
    [
      ["user", "create", "--email", "a@example.org", "--page", "none"],
      1,
      "There is no page none in this data folder.",
    ],
    [["user", "reset", "--email", "nobody@example.org"], 1, "Nobody has the address nobody@example.org."],
    [["user", "disable", "--email", "ada@example.org"], 1, "Nobody would be left who may everything"],
    [
      ["user", "role", "--email", "ada@example.org", "--role", "admin"],
      1,
      "Nobody would be left who may everything",
    ],
  ] as const)("%j", async (argv, code, says) => {
    await running({}, async ({ accounts, firstLink }) => {
      await accounts.entrances.first(visit, secretOf(firstLink("http://127.0.0.1:8400")), owner);
    });
    const said = await pharos(...argv);
    expect(said.code).toBe(code);
    expect(said.err).toContain(says);
  });

  const secret = join(base, "secret");
  const empty = join(base, "empty");
  writeFileSync(secret, "s3cret\n");
  writeFileSync(empty, "\n");
  const oidc = { adminUrl: "https://pharos.example.org", oidcIssuer: "https://accounts.example.org" };
  test.each([
    [{ oidcIssuer: oidc.oidcIssuer, oidcSecretFile: secret }, "--admin-url is missing"],
    [oidc, "--oidc-secret-file is missing"],
    [{ ...oidc, oidcSecretFile: join(base, "none") }, "cannot be read"],
    [{ ...oidc, oidcSecretFile: empty }, "is empty"],
    [{ ...oidc, oidcIssuer: "http://accounts.example.org", oidcSecretFile: secret }, "--oidc-issuer"],
    [{ ...oidc, oidcIssuer: "accounts", oidcSecretFile: secret }, "--oidc-issuer"],
  ] as const)("%j", async (flags, says) => {
    await expect(running(flags, async () => undefined)).rejects.toThrow(says);
  });

  test("but a service to sign on by that is whole is taken", async () => {
    const flags = { ...oidc, oidcSecretFile: secret, oidcName: "Acme accounts" };
    await running(flags, async ({ accounts }) => expect(accounts.signOn?.name).toBe("Acme accounts"));
  });

  test.each([
    "pharos.example.org",
    "ftp://pharos.example.org",
    "https://a.example/admin",
    "https://u:p@a.example",
    "",
  ])("--admin-url %p", async (adminUrl) => {
    await expect(running({ adminUrl }, async () => undefined)).rejects.toThrow("--admin-url");
  });
});
