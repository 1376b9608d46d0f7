import { expect, test } from "bun:test";
import { localOf, momentOf } from "../../src/admin/local-time.ts";

const zone = "Europe/Berlin";
const read: readonly (readonly [local: string, utc: string | null, says: string])[] = [
  ["2026-01-05T13:00", "2026-01-05T12:00:00.000Z", "winter"],
  ["2026-07-05 13:00", "2026-07-05T11:00:00.000Z", "summer"],
  ["2026-03-29T02:30", "2026-03-29T01:30:00.000Z", "a time that the clock skips"],
  ["2026-10-25T02:30", "2026-10-25T00:30:00.000Z", "a time that it shows twice"],
  ["2026-13-05T13:00", null, "no month"],
  ["soon", null, "no time"],
];

test.each(read)("%s is %s: %s", (local, utc) => {
  const found = momentOf(local, zone);
  expect(found === null ? null : new Date(found).toISOString()).toBe(utc);
});

test("what a field shows is the moment again", () => {
  const ms = Date.UTC(2026, 6, 1, 10, 30);
  expect(localOf(ms, zone)).toBe("2026-07-01T12:30");
  expect(momentOf(localOf(ms, zone), zone)).toBe(ms);
});
