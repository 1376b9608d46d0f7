// An operation as a line for the shell. In: a row and its method. Out: a curl command that runs as it stands where $pharos is the control plane,
// $key an API key, and each parameter of the path a variable of its name.
import type { Endpoint } from "./endpoint.ts";
import { linesType } from "./lines.ts";
import { exampleOf } from "./openapi-example.ts";

export function curlOf(prefix: string, endpoint: Endpoint, method: Endpoint["methods"][number]): string {
  const { path, body, query, example } = endpoint;
  const place = prefix + path.replaceAll(/:(\w+)/g, "$$$1");
  const asked = new URLSearchParams(example?.query ?? requiredOf(query));
  const url = `"$pharos${place}${asked.size === 0 ? "" : `?${asked}`}"`;
  const lines = [`curl${method === "GET" ? "" : ` -X ${method}`} ${url}`, `-H "Authorization: OAuth $key"`];
  if (endpoint.text !== undefined) {
    lines.push(`-H "Content-Type: ${endpoint.text}"`, `--data-binary ${quoted(example?.text ?? "")}`);
  } else if (body !== undefined && method !== "GET") {
    lines.push(`-H "Content-Type: application/json"`);
    lines.push(`-d ${quoted(JSON.stringify(example?.body ?? exampleOf(body)))}`);
  }
  if (endpoint.lines === "in") {
    const text = (example?.lines ?? []).map((line) => JSON.stringify(line)).join("\n");
    lines.push(`-H "Content-Type: ${linesType}"`, `--data-binary ${quoted(text)}`);
  }
  return lines.join(" \\\n  ");
}

function requiredOf(query: Endpoint["query"]): Record<string, string> {
  const made = query === undefined ? {} : (exampleOf(query) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(Object.entries(made).map(([name, value]) => [name, String(value)]));
}

/** In single quotes, but for what the shell puts in. A moment is a number: its quotes go. */
function quoted(json: string): string {
  const text = json.replaceAll("'", `'"'"'`).replaceAll('"{now}"', `'"$now"'`);
  return `'${text.replaceAll(/\{(\w+_id)\}/g, `'"$$$1"'`)}'`;
}
