// What alerts of other systems have in common, and which formats there are. In: a body of a source's format. Out: alerts, each by a key that stays the same
// while it stands, so that one that is sent again counts once. A format more is a file and a line here.
import type { Result } from "../base/result.ts";
import type { Alert, AlertSource, SourceFormat } from "../model/alert-source.ts";
import { alertmanagerFormat } from "./ingest-alertmanager.ts";
import { grafanaFormat } from "./ingest-grafana.ts";
import { jsonFormat } from "./ingest-json.ts";
import { mailFormat } from "./ingest-mail.ts";
import { pagerdutyFormat } from "./ingest-pagerduty.ts";

export interface IngestFormat {
  /** For people. */
  readonly title: string;
  /** What to write into the other system. */
  readonly setUp: string;
  /** A sentence where the body is not of this format. */
  read(body: unknown, source: AlertSource): Result<readonly Alert[], string>;
  /** `text`: the body is given as it came. */
  readonly takes: "json" | "text";
}

export const ingestFormats: Readonly<Record<SourceFormat, IngestFormat>> = {
  alertmanager: alertmanagerFormat,
  grafana: grafanaFormat,
  pagerduty: pagerdutyFormat,
  json: jsonFormat,
  mail: mailFormat,
};
