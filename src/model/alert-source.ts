// Alerts of other systems and where they come from. In: nothing. Out: the shapes that formats, rows, API and screens share.
import type { Check } from "./check.ts";

export const sourceFormats = ["alertmanager", "grafana", "pagerduty", "json", "mail"] as const;
export type SourceFormat = (typeof sourceFormats)[number];

export const severities = ["fault", "warning", "note"] as const;
/** `note`: said, and nothing follows from it. */
export type Severity = (typeof severities)[number];

export interface Alert {
  /** Of one source: the same while it stands. */
  readonly key: string;
  readonly name: string;
  readonly stands: boolean;
  readonly severity: Severity;
  /** Id or name of a component, as the alert says it; null where it says none. */
  readonly component: string | null;
  /** For operators. */
  readonly said: string | null;
}

/** Where in a JSON body things stand. */
export interface JsonPlaces {
  /** A list of alerts; null: the body is one. */
  readonly list: string | null;
  /** Null: the source has one alert. */
  readonly key: string | null;
  readonly name: string | null;
  readonly state: string;
  /** Values of `state` that mean that it stands; every other one means that it is over. */
  readonly standing: readonly string[];
  readonly component: string | null;
  readonly severity: string | null;
}

/** A row of a page: who may tell of alerts, and what follows from them. */
export interface AlertSource {
  readonly id: string;
  readonly name: string;
  readonly format: SourceFormat;
  /** What it speaks for; null: what its alerts name. */
  readonly componentId: string | null;
  /** The label or field that names the component by id or name. */
  readonly componentLabel: string;
  readonly act: Check["act"];
  readonly outageStatus: Check["outageStatus"];
  readonly templateId: string | null;
  readonly places: JsonPlaces | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An alert that stands. */
export interface StandingAlert {
  readonly source: string;
  readonly key: string;
  readonly name: string;
  readonly severity: Severity;
  readonly componentId: string | null;
  readonly said: string | null;
  readonly sinceMs: number;
  readonly heardMs: number;
}
