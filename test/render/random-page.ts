// A page that commands change at random. In: a source of chance. Out: a world with a page, and one command after another.
import type { Command } from "../../src/model/command.ts";
import { componentStatuses, impacts, incidentStatuses, maintenanceStatuses } from "../../src/model/view.ts";
import { emptyWorld, type World } from "../model/world.ts";
import { dayMs, hourMs, now } from "./invented.ts";

/** A page with four components and a group. */
export function startedWorld(): World {
  const made = emptyWorld("page", now - 3 * dayMs);
  made.run({
    kind: "page.create",
    id: "page",
    fields: {
      name: "Example",
      url: "https://status.example.com",
      timeZone: "Europe/Berlin",
      uptimeBadges: true,
    },
  });
  for (const id of ["api", "web", "cdn", "dns"])
    made.run({ kind: "component.create", id, fields: { name: id } });
  made.run({ kind: "component.create", id: "edge", fields: { name: "Edge", group: true } });
  return made;
}

/** A command that may or may not be possible now. */
export function randomCommand(
  made: World,
  pick: <Item>(list: readonly Item[]) => Item,
  below: (max: number) => number,
): Command {
  const component = pick(["api", "web", "cdn", "dns"]);
  const real = pick(["i", "j", "k", "l"]);
  const planned = pick(["m", "n"]);
  const known = (id: string): boolean => made.view().incidentById.has(id);
  switch (below(10)) {
    case 0:
      return { kind: "component.update", id: component, fields: { status: pick(componentStatuses) } };
    case 1:
      return {
        kind: "component.update",
        id: component,
        fields: { groupId: pick(["edge", null]), description: pick([null, "Told", "Said"]) },
      };
    case 2:
      return {
        kind: "component.update",
        id: component,
        fields: { onlyShowIfDegraded: pick([true, false]), name: pick([component, `New ${component}`]) },
      };
    case 3: {
      if (known(planned))
        return {
          kind: "incident.update",
          id: planned,
          fields: { status: pick(maintenanceStatuses), body: pick(["", "Going on."]) },
        };
      const from = made.now + below(20) * hourMs;
      return {
        kind: "incident.create",
        id: planned,
        fields: { name: "Works", window: { from, until: from + hourMs }, componentIds: [component] },
      };
    }
    case 4:
      return {
        kind: "page.update",
        fields: { description: pick([null, "A page"]), name: pick(["Example", "Sample"]) },
      };
    case 5:
      return pick<Command>([
        { kind: "incident.delete", id: pick([real, planned]) },
        { kind: "component.delete", id: pick([component, "edge"]) },
        { kind: "component.create", fields: { name: component, groupId: pick([null, "edge"]) } },
        { kind: "component.create", fields: { name: "Edge", group: true } },
      ]);
    case 6: {
      const incident = made.view().incidentById.get(pick([real, planned]));
      const update = incident === undefined ? undefined : pick(incident.updates);
      return {
        kind: "update.edit",
        incidentId: incident?.id ?? "none",
        id: update?.id ?? "none",
        fields: {
          body: pick(["Edited.", "Edited again."]),
          displayAt: (update?.displayAt ?? made.now) - below(3) * hourMs,
          ...(below(2) === 0 ? {} : { components: { [component]: pick(componentStatuses) } }),
        },
      };
    }
    case 7: {
      const id = pick(["t", "u"]);
      const has = made.view().templates.some((it) => it.id === id);
      const fields = {
        name: "Outage",
        title: "Trouble",
        body: pick(["One", "Two"]),
        componentIds: [component],
      };
      if (!has) return { kind: "template.create", id, fields };
      return pick<Command>([
        { kind: "template.update", id, fields },
        { kind: "template.delete", id },
      ]);
    }
    default: {
      const fields = {
        status: pick(incidentStatuses),
        body: pick(["", "First.", "Second <b>"]),
        impactOverride: pick([null, ...impacts]),
        components: { [component]: pick(componentStatuses) },
      };
      if (known(real)) return { kind: "incident.update", id: real, fields };
      return { kind: "incident.create", id: real, fields: { ...fields, name: `Trouble ${real}` } };
    }
  }
}
