// /admin/p/<page>: how it is, what is open, who serves it, and the way to say more. It asks for itself anew while it is open.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { PopSeen } from "../control/install.ts";
import { isClosed } from "../model/order.ts";
import { overallStatus } from "../model/status.ts";
import type { PageView } from "../model/view.ts";
import { generationsOf } from "../publish/published.ts";
import { Icon } from "../render/icon.tsx";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { componentMarks, indicatorMark } from "../render/severity.ts";
import { isNamed } from "../snapshot/names.ts";
import { Lamp } from "./field.tsx";
import { IncidentRow } from "./incident-row.tsx";
import { PopFacts } from "./pop-row.tsx";
import { pageAt, screen, shown, type Visit } from "./screen.ts";
import { DraftRow } from "./screen-drafts.tsx";
import { componentWord, counted, fullName, overallWord, voiceFor } from "./speech.ts";

/** So many of each stand here; the others are a tap away. */
const rowsMax = 8;

export const dashboardScreen = screen({
  path: "/admin/p/:page",
  title: "Dashboard",
  needs: "read",
  menu: "page",
  async show(visit) {
    const { path, places, view } = visit;
    const pops = (await places.pops.list()).filter((it) => !it.revoked && isNamed(it.pages, view.page.id));
    return shown(
      <div id="now" hx-get={attribute(path)} hx-trigger="every 10s" hx-select="#now" hx-swap="outerHTML">
        <State visit={visit} followers={(await places.subscriberCount?.(view.page.id)) ?? null} />
        <Open visit={visit} />
        <Faults visit={visit} />
        <Coming visit={visit} />
        <Drafts visit={visit} />
        <Serving visit={visit} pops={pops} />
      </div>,
    );
  },
});

interface Seen {
  readonly visit: Visit<PageView>;
}

function State({ visit, followers }: Seen & { readonly followers: number | null }): JSX.Element {
  const { view } = visit;
  const { description, indicator } = overallStatus(view);
  const mark = indicatorMark(indicator);
  const { id } = view.page;
  return (
    <div class="sea wide">
      <div class="w">
        <div class={`lamp ${mark}`}>
          <Icon mark={mark} />
          <div>
            <h1 safe>{overallWord(description)}</h1>
            <p>
              Last change <When ms={view.page.updatedAt} voice={voiceFor(view)} />
              <span safe>{followers === null ? "" : `, ${counted(followers, "subscriber")}`}</span>
            </p>
            {visit.may("respond") ? (
              <p class="acts">
                <a class="btn" href={attribute(pageAt(id, "/incidents/new"))}>
                  New incident
                </a>
                <a class="btn quiet" href={attribute(pageAt(id, "/maintenance/new"))}>
                  Plan maintenance
                </a>
              </p>
            ) : (
              ""
            )}
            <p>
              <a href={attribute(view.page.url)} target="_blank" rel="noopener">
                The page as readers see it
              </a>
            </p>
          </div>
        </div>
      </div>
    </div>
  );
}

function Open({ visit: { view } }: Seen): JSX.Element {
  const open = view.incidents.filter((it) => !isClosed(it));
  return (
    <section aria-labelledby="open-h">
      <h2 id="open-h">Open incidents</h2>
      {open.length === 0 ? (
        <p class="empty">None.</p>
      ) : (
        <ul class="list">
          {open.slice(0, rowsMax).map((incident) => (
            <IncidentRow view={view} incident={incident} />
          ))}
        </ul>
      )}
      <More all={open.length} to={pageAt(view.page.id, "/incidents")} />
    </section>
  );
}

/** Components that are not well; each leads to an incident about it. */
function Faults({ visit }: Seen): JSX.Element {
  const { view } = visit;
  const unwell = view.components.filter(({ group, status }) => !group && status !== "operational");
  const well = view.components.filter(({ group }) => !group).length - unwell.length;
  return (
    <section aria-labelledby="faults-h">
      <h2 id="faults-h">Components</h2>
      <p class="hint" safe>{`${counted(well, "component")} operational.`}</p>
      <ul class="list">
        {unwell.slice(0, rowsMax).map((component) => (
          <li>
            <div>
              <a
                class="whole"
                href={attribute(pageAt(view.page.id, `/components/${encodeURIComponent(component.id)}`))}
                dir="auto"
                safe
              >
                {fullName(view, component)}
              </a>
            </div>
            <Lamp mark={componentMarks[component.status]} words={componentWord(component.status)} />
          </li>
        ))}
      </ul>
      <More all={unwell.length} to={pageAt(view.page.id, "/components")} />
    </section>
  );
}

function Coming({ visit: { view } }: Seen): JSX.Element {
  const coming = view.maintenances.filter((it) => !isClosed(it));
  if (coming.length === 0) return "";
  return (
    <section aria-labelledby="coming-h">
      <h2 id="coming-h">Maintenance</h2>
      <ul class="list">
        {coming.slice(0, rowsMax).map((incident) => (
          <IncidentRow view={view} incident={incident} />
        ))}
      </ul>
      <More all={coming.length} to={pageAt(view.page.id, "/maintenance")} />
    </section>
  );
}

/** What tells itself later, and what could not. */
function Drafts({ visit: { view } }: Seen): JSX.Element {
  const { drafts } = view;
  if (drafts.length === 0) return "";
  return (
    <section aria-labelledby="drafts-h">
      <h2 id="drafts-h">Drafts</h2>
      <ul class="list">
        {drafts.slice(0, rowsMax).map((draft) => (
          <DraftRow view={view} draft={draft} />
        ))}
      </ul>
      <More all={drafts.length} to={pageAt(view.page.id, "/drafts")} />
    </section>
  );
}

/** Who serves the page, and what was published last. */
function Serving({
  visit: { places, view },
  pops,
}: Seen & { readonly pops: readonly PopSeen[] }): JSX.Element {
  places.snapshots.refresh();
  const head = places.snapshots.head(view.page.id);
  const last = [...generationsOf(places.snapshots, view.page.id).take(5)];
  return (
    <>
      <section aria-labelledby="pops-h">
        <h2 id="pops-h">POPs</h2>
        {pops.length === 0 ? (
          <p class="empty">No POP has joined. Those that follow an open feed are not listed.</p>
        ) : (
          <ul class="list">
            {pops.slice(0, rowsMax).map((pop) => (
              <PopFacts pop={pop} newest={head === null ? null : `generation ${head.generation}`} />
            ))}
          </ul>
        )}
        <More all={pops.length} to="/admin/pops" />
      </section>
      <section aria-labelledby="last-h">
        <h2 id="last-h">Published last</h2>
        {last.length === 0 ? <p class="empty">Not published yet.</p> : ""}
        <ul class="list">
          {last.map(({ manifest }) => (
            <li>
              <div>
                <a class="whole" href={attribute(pageAt(view.page.id, "/snapshots"))} safe>
                  {`Generation ${manifest.generation}`}
                </a>
              </div>
              <span class="hint">
                <When ms={manifest.createdMs} voice={voiceFor(view)} />
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function More({ all, to }: { readonly all: number; readonly to: string }): JSX.Element {
  if (all <= rowsMax) return "";
  return (
    <p>
      <a href={attribute(to)} safe>{`All ${all}`}</a>
    </p>
  );
}
