import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { openStore } from "../../src/store/open.ts";
import { openReaderLinks, readerLinksBy, readReaderLinks } from "../../src/store/reader-links.ts";
import { subscriberKeysFile } from "../../src/store/subscriber-keys.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const links = readerLinksBy(new Uint8Array(32).fill(7));
const others = readerLinksBy(new Uint8Array(32).fill(8));
const atMs = Date.UTC(2026, 10, 22, 9, 30, 0, 123);

describe("store/reader-links", () => {
  test("a token says what it was made for, to who has the key and to nobody else", () => {
    const token = links.linkOf("confirm", "kctbh9vrtdwd", "0123456789ab", atMs);
    expect(links.read(token)).toEqual({ deed: "confirm", page: "kctbh9vrtdwd", id: "0123456789ab", atMs });
    expect(others.read(token)).toBeNull();
    expect(encodeURIComponent(token)).toBe(token);
    expect(token.length).toBeLessThan(80);
  });

  test("no letter of a token can be another one, and none can be left out or added", () => {
    const token = links.linkOf("manage", "p", "s", atMs);
    for (let at = 0; at < token.length; at++) {
      const [before, after] = [token.slice(0, at), token.slice(at + 1)];
      const read = links.read(`${before}${token[at] === "A" ? "B" : "A"}${after}`);
      // The last letter of base64url has bits that stand for nothing.
      if (read !== null) expect(JSON.stringify(read)).toBe(JSON.stringify(links.read(token)));
      expect(links.read(`${before}${after}`)).toBeNull();
    }
    for (const none of ["", ".", token.split(".")[0] ?? "", `${token}A`, `A${token}`, "é".repeat(40)])
      expect(links.read(none)).toBeNull();
  });

  test("what one deed, page or subscriber has is no other one's", () => {
    const made = [
      links.linkOf("confirm", "ab", "c", atMs),
      links.linkOf("confirm", "a", "bc", atMs),
      links.linkOf("unsubscribe", "ab", "c", atMs),
      links.linkOf("confirm", "ab", "c", atMs + 1),
    ];
    expect(new Set(made).size).toBe(made.length);
    expect(new Set(made.map((token) => JSON.stringify(links.read(token)))).size).toBe(made.length);
  });

  test("a delivery is called the same at each attempt, and each otherwise", () => {
    const name = links.deliveryKey("update p i u", "s1");
    expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(links.deliveryKey("update p i u", "s1")).toBe(name);
    expect(links.deliveryKey("update p i u", "s2")).not.toBe(name);
    expect(others.deliveryKey("update p i u", "s1")).not.toBe(name);
  });

  test("another process reads the same ones from the folder; with subscribers and without their keys none are made anew", async () => {
    const folder = freshFolder();
    const [clock, random] = [manualClock(), seededRandom(5)];
    const store = closing(openStore({ folder, clock, log: silentLog }));
    expect(readReaderLinks(folder)).toBeNull();
    const made = await openReaderLinks(store, random);
    const token = made.linkOf("manage", "p", "s", atMs);
    expect(readReaderLinks(folder)?.read(token)).toEqual(links.read(links.linkOf("manage", "p", "s", atMs)));
    expect(readReaderLinks(folder)?.inbox).toEqual(made.inbox);
    expect((await openReaderLinks(store, random)).inbox).toEqual(made.inbox);
    const subscribers = createSubscribers({ store, log: silentLog, random });
    const contact = { ...noContact, email: "a@example.com" };
    await subscribers.add("p", [
      {
        kind: "email",
        state: "active",
        contact,
        components: null,
        incident: null,
        accessUser: null,
        skipConfirmation: false,
      },
    ]);
    await subscribers.close();
    rmSync(subscriberKeysFile(folder));
    await expect(openReaderLinks(store, random)).rejects.toThrow("is missing");
  });
});
