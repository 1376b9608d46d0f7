// /admin/p/<page>/incidents: all of them, those that are open first.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Head } from "./field.tsx";
import { IncidentRow } from "./incident-row.tsx";
import { Listing, partOf } from "./listing.tsx";
import { pageAt, type Reply, screen, shown, type Visit } from "./screen.ts";
import { says } from "./speech.ts";

export const incidentsScreen = screen({
  path: "/admin/p/:page/incidents",
  title: "Incidents",
  needs: "read",
  menu: "page",
  done: { deleted: "The incident is deleted." },
  show: (visit) => listOf(visit, visit.view.incidents, "incident", "New incident"),
});

export const maintenancesScreen = screen({
  path: "/admin/p/:page/maintenance",
  title: "Maintenance",
  needs: "read",
  menu: "page",
  done: { deleted: "The maintenance is deleted." },
  show: (visit) => listOf(visit, visit.view.maintenances.toReversed(), "maintenance", "Plan maintenance"),
});

function listOf(visit: Visit<PageView>, all: readonly Incident[], noun: string, invite: string): Reply {
  const { path, query, view } = visit;
  const part = partOf(all, query, (it, question) => says(question, it.name, it.status));
  return shown(
    <>
      <Head title={noun === "incident" ? "Incidents" : "Maintenance"}>
        {visit.may("respond") ? (
          <>
            {noun === "incident" ? (
              ""
            ) : (
              <a class="btn quiet" href={attribute(pageAt(view.page.id, "/recurring"))}>
                Recurring
              </a>
            )}
            <a
              class="btn"
              href={attribute(
                pageAt(view.page.id, noun === "incident" ? "/incidents/new" : "/maintenance/new"),
              )}
              safe
            >
              {invite}
            </a>
          </>
        ) : (
          ""
        )}
      </Head>
      <Listing
        part={part}
        path={path}
        noun={noun}
        empty={noun === "incident" ? "None so far." : "None is planned, and none was."}
      >
        <ul class="list">
          {part.items.map((incident) => (
            <IncidentRow view={view} incident={incident} />
          ))}
        </ul>
      </Listing>
    </>,
  );
}
