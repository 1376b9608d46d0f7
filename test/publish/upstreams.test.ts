// Which pages are published for what vendors say: those that show one, after each round, and once more when rounds stop coming.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { followUpstreams } from "../../src/publish/upstreams.ts";
import { world } from "../model/world.ts";
import { manualClock } from "../support/manual-clock.ts";

test("upstreams/a round has pages published that show a vendor; where rounds stop, what is too old is told so", async () => {
  const clock = manualClock();
  const shows = world();
  shows.run({ kind: "upstream.create", fields: { vendor: "github" } });
  const views = new Map([
    ["shows", shows.view()],
    ["none", world().view()],
  ]);
  let round = (): void => undefined;
  const told: string[] = [];
  const following = followUpstreams(
    {
      onChange(listener) {
        round = listener;
        return () => undefined;
      },
    },
    { ids: () => [...views.keys()], view: (page) => views.get(page) ?? null },
    clock,
    (page) => void told.push(page),
  );
  round();
  expect(told).toEqual(["shows"]);
  await clock.advance(limits.upstreamFreshMsMax);
  expect(told.length).toBe(1);
  await clock.advance(2 * limits.upstreamRoundMs);
  expect(told.length).toBeGreaterThan(1);
  following.stop();
});
