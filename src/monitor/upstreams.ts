// Which format is read by what. In: a source and a document. Out: what it says. A format is one file and one line here.
import { limits } from "../base/limits.ts";
import type { UpstreamFormat, UpstreamSource } from "../model/upstream.ts";
import { aws } from "./upstream-aws.ts";
import { azure } from "./upstream-azure.ts";
import { betterStack } from "./upstream-better-stack.ts";
import { byPath } from "./upstream-by-path.ts";
import { bySelector } from "./upstream-by-selector.ts";
import { feed } from "./upstream-feed.ts";
import { googleCloud } from "./upstream-google-cloud.ts";
import { heroku } from "./upstream-heroku.ts";
import { incidentIo } from "./upstream-incident-io.ts";
import { instatus } from "./upstream-instatus.ts";
import { salesforce } from "./upstream-salesforce.ts";
import { slack } from "./upstream-slack.ts";
import { statusIo } from "./upstream-status-io.ts";
import { statuspage } from "./upstream-statuspage.ts";
import type { FormatReader, Read } from "./upstream-types.ts";

const readers: Readonly<Record<UpstreamFormat, FormatReader>> = {
  statuspage,
  "incident-io": incidentIo,
  instatus,
  "status-io": statusIo,
  "better-stack": betterStack,
  slack,
  heroku,
  salesforce,
  "google-cloud": googleCloud,
  aws,
  azure,
  feed,
  json: byPath,
  html: bySelector,
};

/** The document that is asked for. */
export function documentOf({ format, address, options }: UpstreamSource): string {
  return readers[format].asks(new URL(address), options);
}

/** Whether the same document says something else as time goes by: what it tells is over a while after it was told. */
export const agesBy = ({ format }: UpstreamSource): boolean => format === "feed" || format === "aws";

/** What a document says, its words shortened to one line; what cannot be read is said, never thrown. */
export function readUpstream({ format, options }: UpstreamSource, text: string, nowMs: number): Read {
  const read = readers[format].read(text, options, nowMs);
  return read.ok ? { ...read, said: shortened(read.said), updatedAt: read.updatedAt } : read;
}

function shortened(said: string | null): string | null {
  const line = (said ?? "").replace(/[\p{Cc}\s]+/gu, " ").trim();
  if (line === "") return null;
  return line.length <= limits.upstreamSaidCharsMax
    ? line
    : `${line.slice(0, limits.upstreamSaidCharsMax - 1)}…`;
}
