// What was found of a check, for its screen. In: history by POP. Out: what each POP says now, a chart of the window, a table of what it adds up to.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { type CheckHistory, historyOf, type PopHistory, windows } from "../control/check-desk.ts";
import type { Check } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import type { Mark } from "../render/severity.ts";
import { probeMarks, ratioWords } from "./check-said.ts";
import { Lamp } from "./field.tsx";
import type { Visit } from "./screen.ts";
import { voiceFor } from "./speech.ts";

export function CheckHistoryOf({
  visit,
  check,
}: {
  readonly visit: Visit<PageView>;
  readonly check: Check;
}): JSX.Element {
  const { nowMs, path, places, query, view } = visit;
  const history = historyOf(places.checks, view.page.id, check.id, query.get("window") ?? undefined, nowMs);
  return (
    <section aria-labelledby="found-h">
      <h2 id="found-h">What POPs find</h2>
      {history.pops.length === 0 ? (
        <p class="empty">
          Nothing was found yet. POPs begin within half a minute of being told, and report at once.
        </p>
      ) : (
        <>
          <Now visit={visit} history={history} />
          <nav class="acts" aria-label="Window">
            {windows.map(([word]) => (
              <a
                class="btn quiet"
                href={attribute(`${path}?window=${word}#found-h`)}
                aria-current={word === history.window ? "true" : undefined}
              >
                {word}
              </a>
            ))}
          </nav>
          {history.pops.map((pop) => (
            <Chart pop={pop} history={history} />
          ))}
          <Table history={history} />
        </>
      )}
    </section>
  );
}

function Now({
  visit: { view },
  history,
}: {
  readonly visit: Visit<PageView>;
  readonly history: CheckHistory;
}): JSX.Element {
  const voice = voiceFor(view);
  return (
    <ul class="list">
      {history.pops.map(({ pop, last }) => {
        const [mark, words] = last === null ? (["inf", "Nothing"] as const) : probeMarks[last.state];
        return (
          <li>
            <div>
              <b safe>{pop}</b>
              {last === null ? (
                ""
              ) : (
                <small class="sub">
                  <When ms={last.atMs} voice={voice} />
                  {Html.escapeHtml(
                    [
                      ...(last.ms === null ? [] : [` · ${last.ms} ms`]),
                      ...(last.said === null ? [] : [` · ${last.said}`]),
                    ].join(""),
                  )}
                  {last.certificateEndsMs === null ? (
                    ""
                  ) : (
                    <>
                      {" · certificate ends "}
                      <When ms={last.certificateEndsMs} voice={voice} />
                    </>
                  )}
                </small>
              )}
            </div>
            <Lamp mark={mark} words={words} />
          </li>
        );
      })}
    </ul>
  );
}

const chartHeight = 40;

/** A bar a column: as high as the answers took, in the colour of the worst that was found. */
function Chart({ pop, history }: { readonly pop: PopHistory; readonly history: CheckHistory }): JSX.Element {
  const { fromMs, stepMs, untilMs } = history;
  const count = Math.round((untilMs - fromMs) / stepMs);
  const top = Math.max(1, ...pop.columns.map(({ ms }) => ms?.max ?? 0));
  const said = `${pop.pop}, last ${history.window}: ${ratioWords(pop.whole.ratio)} up${
    pop.whole.ms === null ? "" : `, ${pop.whole.ms.average} ms on average, ${pop.whole.ms.max} ms at most`
  }`;
  const bars = pop.columns.map(({ at, down, slow, up, ms }) => {
    const mark: Mark = down > 0 ? (up + slow > 0 ? "par" : "maj") : slow > 0 ? "deg" : up > 0 ? "ok" : "inf";
    const share = down > 0 && ms === null ? 1 : Math.max(0.08, (ms?.average ?? 0) / top);
    return { mark, x: Math.round((at - fromMs) / stepMs), height: Math.round(share * chartHeight * 10) / 10 };
  });
  return (
    <figure class="found">
      <figcaption safe>{said}</figcaption>
      <svg
        viewBox={`0 0 ${count} ${chartHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={attribute(said)}
      >
        {bars.map(({ mark, x, height }) => (
          <rect class={mark} x={x} y={chartHeight - height} width="0.8" height={height} fill="currentColor" />
        ))}
      </svg>
    </figure>
  );
}

function Table({ history }: { readonly history: CheckHistory }): JSX.Element {
  return (
    <section class="tb" aria-label="By POP" tabindex="0">
      <table>
        <caption safe>{`Last ${history.window}`}</caption>
        <thead>
          <tr>
            <th scope="col">POP</th>
            <th scope="col">Up</th>
            <th scope="col">Looks</th>
            <th scope="col">Failed</th>
            <th scope="col">Average</th>
            <th scope="col">Longest</th>
          </tr>
        </thead>
        <tbody>
          {history.pops.map(({ pop, whole: { down, ms, ratio, slow, up } }) => (
            <tr>
              <th scope="row" safe>
                {pop}
              </th>
              <td class="n" safe>
                {ratioWords(ratio)}
              </td>
              <td class="n" safe>
                {(up + slow + down).toLocaleString("en")}
              </td>
              <td class="n" safe>
                {down.toLocaleString("en")}
              </td>
              <td class="n" safe>
                {ms === null ? "–" : `${ms.average} ms`}
              </td>
              <td class="n" safe>
                {ms === null ? "–" : `${ms.max} ms`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
