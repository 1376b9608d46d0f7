// How the admin pages say states and times. In: a page. Out: English words, times in the page's zone. Editors read one language; their readers all.
import type { ChannelKind } from "../model/subscriber.ts";
import type {
  Component,
  ComponentStatus,
  Incident,
  IncidentStatus,
  MaintenanceStatus,
  PageView,
} from "../model/view.ts";
import { type Voice, voicesOf } from "../render/languages.ts";
import { componentMarks } from "../render/severity.ts";
import { english } from "../render/words-en.ts";
import type { Choice } from "./field.tsx";

export const channelWords: Readonly<Record<ChannelKind, string>> = {
  email: "E-mail",
  sms: "Text message",
  webhook: "Webhook",
  slack: "Slack",
  discord: "Discord",
  teams: "Teams",
  integration_partner: "Integration",
  social: "Own account",
};

/** The voice of a page's screens; without a page times are UTC. */
export function voiceFor(view: PageView | null): Voice {
  const [voice] = voicesOf({ languages: ["en"], timeZone: view?.page.timeZone ?? "Etc/UTC" });
  if (voice === undefined) throw new TypeError("A page has at least one language.");
  return voice;
}

export const statusWord = (status: IncidentStatus | MaintenanceStatus): string => english.status[status];
export const componentWord = (status: ComponentStatus): string => english.component[status];
export const overallWord = (description: keyof typeof english.overall): string =>
  english.overall[description];

export const componentChoices = (statuses: readonly ComponentStatus[]): readonly Choice[] =>
  statuses.map((value) => ({ value, label: componentWord(value), mark: componentMarks[value] }));

export const statusChoices = (statuses: readonly (IncidentStatus | MaintenanceStatus)[]): readonly Choice[] =>
  statuses.map((value) => ({ value, label: statusWord(value) }));

/** With its group before it, as two components may have one name. */
export function fullName(view: PageView, { groupId, name }: Component): string {
  const group = groupId === null ? undefined : view.componentById.get(groupId);
  return group === undefined ? name : `${group.name} - ${name}`;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Whether some of these texts has all words of the question, in any case. */
export function says(question: string, ...texts: readonly (string | null)[]): boolean {
  const told = texts.join("\n").toLowerCase();
  return question
    .toLowerCase()
    .split(/\s+/)
    .every((word) => told.includes(word));
}

export const isMaintenance = ({ window }: Incident): boolean => window !== null;
