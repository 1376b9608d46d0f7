// Uptime of a large page: 500 components with five years of history, two changes of state in a week each. What the year's bars, the year's figures and five years of
// months take, each from a view that nobody asked before; by processor time, so that a busy machine counts for little.
import { dayBars } from "../../src/model/uptime.ts";
import { uptimeMonthReports, uptimeRows, windowSpan } from "../../src/model/uptime-report.ts";
import type { PageView, Transition } from "../../src/model/view.ts";
import { component, dayMs, hourMs, now, viewFrom } from "../../test/render/invented.ts";
import { quantile, type Suite } from "../suite.ts";

const [components, years] = [500, 5];

export const suite: Suite = {
  about: `uptime of ${components} components over ${years} years`,
  async run({ quick }) {
    const view = largeView();
    const asked = [
      ["bars of a year, 500 components", (of: PageView) => barsOf(of, 365), "< 100 ms"],
      [
        "figures of a year, 500 components",
        (of: PageView) => uptimeRows(of, windowSpan(of, "1y", now)),
        "< 100 ms",
      ],
      [
        "figures of five years, 500 components",
        (of: PageView) => uptimeRows(of, windowSpan(of, "5y", now)),
        undefined,
      ],
      ["60 months, 500 components", (of: PageView) => uptimeMonthReports(of, 60, now), undefined],
    ] as const;
    return asked.map(([what, ask, contract]) => {
      const samples = Array.from({ length: quick ? 5 : 30 }, () => {
        // What is remembered is remembered by view: another object, and nothing is.
        const fresh = { ...view };
        const before = process.cpuUsage();
        ask(fresh);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      });
      return {
        ...{ what: `${what}, p95`, value: quantile(samples, 0.95), unit: "ms" },
        ...(contract === undefined ? {} : { contract }),
      };
    });
  },
};

function barsOf(view: PageView, days: number): number {
  return view.components.reduce((sum, { id }) => sum + dayBars(view, id, now, days).length, 0);
}

function largeView(): PageView {
  const since = now - years * 365 * dayMs;
  const list = Array.from({ length: components }, (_, at) =>
    component(`c${at}`, `Component ${at}`, { createdAt: since, position: at }),
  );
  const transitions = list.map(({ id }, at): readonly [string, readonly Transition[]] => [
    id,
    Array.from({ length: years * 52 }, (_, week): readonly Transition[] => {
      const from = since + (week * 7 + (at % 7)) * dayMs;
      const status = week % 3 === 0 ? "major_outage" : "partial_outage";
      return [
        { at: from, status },
        { at: from + ((at % 5) + 1) * hourMs, status: "operational" },
      ];
    }).flat(),
  ]);
  return viewFrom({ components: list, transitions: Object.fromEntries(transitions) });
}
