// Zones: offsets, days that are shorter, longer or begin after midnight.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addDays,
  dayOf,
  isoIn,
  isZone,
  monthOf,
  nextMidnight,
  startOfDate,
  startOfDay,
} from "../../src/model/zone.ts";
import { check } from "../support/property.ts";

const hourMs = 3_600_000;
const moment = (text: string) => Date.parse(text);

describe("zone", () => {
  const texts: readonly (readonly [string, string, string])[] = [
    ["UTC is written Z", "Etc/UTC", "2026-07-31T03:29:01.470Z"],
    ["so is its other name", "UTC", "2026-07-31T03:29:01.000Z"],
    ["summer in Los Angeles", "America/Los_Angeles", "2020-06-16T14:00:29.031-07:00"],
    ["winter in Los Angeles", "America/Los_Angeles", "2019-01-10T08:04:05.231-08:00"],
    ["London in winter has an offset, not Z", "Europe/London", "2026-01-05T12:00:00.000+00:00"],
    ["the last millisecond before clocks go on", "Europe/Berlin", "2026-03-29T01:59:59.999+01:00"],
    ["the first one after", "Europe/Berlin", "2026-03-29T03:00:00.000+02:00"],
    ["the hour that is there twice, first", "Europe/Berlin", "2026-10-25T02:30:00.000+02:00"],
    ["the hour that is there twice, second", "Europe/Berlin", "2026-10-25T02:30:00.000+01:00"],
    ["half an hour of daylight saving", "Australia/Lord_Howe", "2026-04-05T01:30:00.000+10:30"],
    ["three quarters", "Asia/Kathmandu", "2026-01-05T00:00:00.000+05:45"],
    ["minus half an hour", "America/St_Johns", "2026-01-05T00:00:00.000-03:30"],
    ["before 1970", "Europe/Berlin", "1969-12-31T23:59:59.999+01:00"],
  ];
  for (const [name, zone, text] of texts)
    test(`${name}: ${text}`, () => expect(isoIn(moment(text), zone)).toBe(text));

  check(
    "the text says the moment it was made of",
    [
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.constantFrom(
        "Etc/UTC",
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Sao_Paulo",
      ),
    ],
    (ms, zone) => {
      expect(Date.parse(isoIn(ms, zone))).toBe(ms);
      expect(startOfDay(ms, zone) <= ms && ms < nextMidnight(ms, zone)).toBe(true);
      expect(dayOf(startOfDay(ms, zone), zone)).toBe(dayOf(ms, zone));
      expect(dayOf(startOfDay(ms, zone) - 1, zone) < dayOf(ms, zone)).toBe(true);
    },
  );

  const days: readonly (readonly [string, string, string, string, number])[] = [
    ["an ordinary day", "Europe/Berlin", "2026-01-05", "2026-01-05T00:00:00.000+01:00", 24],
    ["clocks go on: 23 hours", "Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00.000+01:00", 23],
    ["clocks go back: 25 hours", "Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00.000+02:00", 25],
    ["a leap day", "Europe/Berlin", "2024-02-29", "2024-02-29T00:00:00.000+01:00", 24],
    [
      "clocks go on at midnight: the day begins at one",
      "America/Sao_Paulo",
      "2018-11-04",
      "2018-11-04T01:00:00.000-02:00",
      23,
    ],
    [
      "clocks go back at midnight: the day before has 25",
      "America/Sao_Paulo",
      "2018-02-17",
      "2018-02-17T00:00:00.000-02:00",
      25,
    ],
    [
      "a day that is not there begins with the next",
      "Pacific/Apia",
      "2011-12-30",
      "2011-12-31T00:00:00.000+14:00",
      24,
    ],
  ];
  for (const [name, zone, day, start, hours] of days)
    test(name, () => {
      const from = startOfDate(day, zone);
      expect(isoIn(from, zone)).toBe(start);
      expect((nextMidnight(from, zone) - from) / hourMs).toBe(hours);
    });

  test("days and months are the zone's, not UTC's", () => {
    const ms = moment("2025-12-31T23:30:00Z");
    expect([dayOf(ms, "Etc/UTC"), dayOf(ms, "Europe/Berlin")]).toEqual(["2025-12-31", "2026-01-01"]);
    expect([monthOf(ms, "Etc/UTC"), monthOf(ms, "Europe/Berlin")]).toEqual(["2025-12", "2026-01"]);
  });

  test("days are counted over months, leap days and years", () => {
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2025-02-28", 1)).toBe("2025-03-01");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });

  test("a name that is no zone is known as such", () => {
    expect(isZone("Europe/Berlin")).toBe(true);
    expect(isZone("Mars/Olympus")).toBe(false);
    expect(() => isoIn(0, "Mars/Olympus")).toThrow(RangeError);
  });
});
