// Who may see and change whom, as tables of situations.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Grants } from "../../src/model/roles.ts";
import type { Asker } from "../../src/people/desk.ts";
import type { User } from "../../src/store/people-rows.ts";
import { openPeopleWorld, type PeopleWorld } from "./people-world.ts";

let world: PeopleWorld;
beforeEach(() => {
  world = openPeopleWorld();
});
afterEach(() => world.close());

const asker = ({ id, name, grants }: User): Asker => ({
  principal: { kind: "user", id, name, grants },
  address: "192.0.2.1",
});

describe("who may change whom", () => {
  const people = async () => ({
    owner: await world.user("owner@example.org"),
    admin: await world.user("admin@example.org", [["*", "admin"]]),
    adminOfA: await world.user("a@example.org", [["a", "admin"]]),
    editorOfA: await world.user("e@example.org", [["a", "editor"]]),
    both: await world.user("both@example.org", [
      ["a", "viewer"],
      ["b", "editor"],
    ]),
    onB: await world.user("b@example.org", [["b", "viewer"]]),
  });
  type Name = keyof Awaited<ReturnType<typeof people>>;

  const changes: readonly (readonly [Name, Name, Grants, number])[] = [
    ["owner", "onB", [["*", "owner"]], 200],
    ["admin", "onB", [["*", "owner"]], 403],
    ["admin", "onB", [["*", "admin"]], 200],
    ["admin", "owner", [["*", "viewer"]], 403],
    ["adminOfA", "editorOfA", [["a", "admin"]], 200],
    ["adminOfA", "editorOfA", [["a", "owner"]], 403],
    [
      "adminOfA",
      "editorOfA",
      [
        ["a", "editor"],
        ["b", "viewer"],
      ],
      403,
    ],
    [
      "adminOfA",
      "editorOfA",
      [
        ["a", "editor"],
        ["nosuchpage", "viewer"],
      ],
      403,
    ],
    ["adminOfA", "editorOfA", [["*", "viewer"]], 403],
    ["adminOfA", "both", [], 200],
    ["adminOfA", "onB", [["a", "viewer"]], 404],
    ["editorOfA", "both", [["a", "admin"]], 404],
    ["owner", "onB", [["nosuchpage", "viewer"]], 422],
    ["owner", "onB", [["b", "king" as "viewer"]], 422],
    ["owner", "owner", [["*", "admin"]], 409],
  ];
  test.each(changes)("%s turns the roles of %s into %j: %d", async (who, whom, grants, status) => {
    const all = await people();
    const before = world.people.get(all[whom].id);
    const done = await world.accounts.desk.update(asker(all[who]), all[whom].id, { grants });
    expect(done.ok ? 200 : done.reason.status).toBe(status);
    if (!done.ok) expect(world.people.get(all[whom].id)).toEqual(before);
  });

  test("what an admin of one page changes of somebody leaves the other page as it was, and is seen without it", async () => {
    const { adminOfA, both } = await people();
    const done = await world.accounts.desk.update(asker(adminOfA), both.id, { grants: [["a", "responder"]] });
    expect(done).toMatchObject({ value: { grants: [["a", "responder"]] } });
    expect(world.people.get(both.id)?.grants).toEqual([
      ["b", "editor"],
      ["a", "responder"],
    ]);
    expect(world.audit()[0]).toMatchObject({
      ...{ what: "user.update", actor: `user:${adminOfA.id}`, address: "192.0.2.1" },
      before: {
        grants: [
          ["a", "viewer"],
          ["b", "editor"],
        ],
      },
      after: {
        grants: [
          ["b", "editor"],
          ["a", "responder"],
        ],
      },
    });
  });

  test.each([
    [
      "owner",
      [
        "a@example.org",
        "admin@example.org",
        "b@example.org",
        "both@example.org",
        "e@example.org",
        "owner@example.org",
      ],
    ],
    [
      "adminOfA",
      ["a@example.org", "admin@example.org", "both@example.org", "e@example.org", "owner@example.org"],
    ],
    ["editorOfA", []],
  ] as const)("%s sees", async (who, emails) => {
    const all = await people();
    const seen = world.accounts.desk.list(asker(all[who]));
    expect(seen.map(({ email }) => email)).toEqual([...emails]);
    if (who !== "owner") expect(JSON.stringify(seen)).not.toContain('"b"');
  });

  const deeds = {
    disable: (by: User, of: User) => world.accounts.desk.setDisabled(asker(by), of.id, true),
    rename: (by: User, of: User) => world.accounts.desk.update(asker(by), of.id, { name: "X" }),
    address: (by: User, of: User) => world.accounts.desk.update(asker(by), of.id, { email: "x@example.org" }),
    reset: (by: User, of: User) => world.accounts.desk.resetLink(asker(by), of.id),
    "end a session": (by: User, of: User) => world.accounts.desk.revokeSession(asker(by), of.id, "none"),
  };
  test.each([
    ["disable", "admin", "onB", 200],
    ["disable", "adminOfA", "editorOfA", 200],
    ["disable", "adminOfA", "both", 403],
    ["disable", "adminOfA", "onB", 404],
    ["disable", "adminOfA", "owner", 403],
    ["disable", "admin", "owner", 403],
    ["disable", "owner", "owner", 409],
    ["rename", "adminOfA", "both", 403],
    ["rename", "adminOfA", "editorOfA", 200],
    ["address", "adminOfA", "editorOfA", 403],
    ["address", "admin", "editorOfA", 200],
    ["reset", "adminOfA", "both", 403],
    ["reset", "admin", "owner", 403],
    ["reset", "adminOfA", "editorOfA", 200],
    ["end a session", "adminOfA", "both", 403],
    ["end a session", "adminOfA", "editorOfA", 404],
  ] as const)("%s: %s of %s: %d", async (deed, who, whom, status) => {
    const all = await people();
    const done = await deeds[deed](all[who], all[whom]);
    expect(done.ok ? 200 : done.reason.status).toBe(status);
  });

  test.each([
    ["owner", [["*", "owner"]], 200],
    ["admin", [["*", "owner"]], 403],
    ["adminOfA", [["a", "viewer"]], 200],
    ["adminOfA", [["b", "viewer"]], 403],
    ["adminOfA", [["nosuchpage", "viewer"]], 403],
    ["editorOfA", [["a", "viewer"]], 403],
    ["owner", [], 422],
  ] as readonly (readonly [Name, Grants, number])[])(
    "%s invites and makes a key for %j: %d",
    async (who, grants, status) => {
      const by = asker((await people())[who]);
      const { desk } = world.accounts;
      const invited = await desk.invite(by, { email: "both@example.org", grants });
      const key = await desk.makeKey(by, { name: "deploys", grants, expiresMs: null });
      const statuses: number[] = [invited, key].map((done) => (done.ok ? 200 : done.reason.status));
      expect(statuses).toEqual([status, status]);
    },
  );

  test("keys and links of other pages are neither seen nor withdrawn; of a shared key the own page alone is taken", async () => {
    const { owner, adminOfA, editorOfA } = await people();
    const { desk } = world.accounts;
    const make = async (grants: Grants): Promise<string> => {
      await world.clock.advance(1);
      const made = await desk.makeKey(asker(owner), { name: "k", grants, expiresMs: null });
      return made.ok ? made.value.held.id : "";
    };
    const [onA, onB, shared] = [
      await make([["a", "editor"]]),
      await make([["b", "editor"]]),
      await make([
        ["a", "viewer"],
        ["b", "viewer"],
      ]),
    ];
    await desk.invite(asker(owner), { email: "x@example.org", grants: [["b", "viewer"]] });
    expect(desk.keys(asker(adminOfA)).map(({ id, grants }) => [id, grants])).toEqual([
      [onA, [["a", "editor"]]],
      [shared, [["a", "viewer"]]],
    ]);
    expect([desk.keys(asker(editorOfA)), desk.links(asker(editorOfA)), desk.links(asker(adminOfA))]).toEqual([
      [],
      [],
      [],
    ]);
    const status = async (id: string) => {
      const done = await desk.revokeKey(asker(adminOfA), id);
      return done.ok ? 200 : done.reason.status;
    };
    expect([await status(onA), await status(onB), await status("none"), await status(shared)]).toEqual([
      200, 404, 404, 200,
    ]);
    expect(world.tokens.list().map(({ id, grants }) => [id, grants])).toEqual([
      [onB, [["b", "editor"]]],
      [shared, [["b", "viewer"]]],
    ]);
  });
});
