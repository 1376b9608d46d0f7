// /docs and /openapi.json: what the tables of endpoints say, for people and for programs. In: tables. Out: one page without a script, its style,
// and the document that it is made from. Nothing of it is secret: it is served without a key.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { lacking } from "../model/roles.ts";
import { curlOf } from "./curl.ts";
import type { Endpoint } from "./endpoint.ts";
import { areaOf, type OpenApi, openApiOf } from "./openapi.ts";
import { errorSentences, type Parameter } from "./openapi-words.ts";
import { Fields, Kind } from "./reference-fields.tsx";
import { referenceStyle } from "./reference-style.ts";
import type { Table } from "./table.ts";

type Method = Endpoint["methods"][number];

/** The three files of the reference by path; null for any other. Made once, when first asked for. */
export function createReference(tables: readonly Table[]): (path: string) => Response | null {
  const made = new Map<string, string>();
  const once = (path: string, make: () => string): string => {
    const text = made.get(path) ?? make();
    made.set(path, text);
    return text;
  };
  return (path) => {
    switch (path) {
      case "/openapi.json":
        return file(
          once(path, () => JSON.stringify(openApiOf(tables))),
          "application/json; charset=utf-8",
        );
      case "/docs":
        return file(
          once(path, () => referencePage(tables, openApiOf(tables))),
          "text/html; charset=utf-8",
        );
      case "/docs/style.css":
        return file(referenceStyle, "text/css; charset=utf-8");
      default:
        return null;
    }
  };
}

function file(text: string, type: string): Response {
  return new Response(text, {
    headers: {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy":
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      // Clients in a browser may read the document.
      "access-control-allow-origin": "*",
    },
  });
}

interface Row {
  readonly table: Table;
  readonly endpoint: Endpoint;
  readonly method: Method;
}

function referencePage(tables: readonly Table[], api: OpenApi): string {
  const rows = tables.flatMap((table) =>
    table.endpoints.flatMap((endpoint) =>
      endpoint.methods.map((method): Row => ({ table, endpoint, method })),
    ),
  );
  const areas = Map.groupBy(rows, ({ table, endpoint }) => areaOf(table, endpoint));
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Pharos API</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <nav aria-label="Operations">
          {[...areas].map(([area, own]) => (
            <details>
              <summary safe>{area}</summary>
              <ul>
                {own.map((row) => (
                  <li>
                    <a href={`#${operationOf(api, row).operationId}`}>
                      <b>{row.method}</b> <span safe>{row.endpoint.summary}</span>
                    </a>
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </nav>
        <main>
          <Introduction api={api} />
          {[...areas].map(([area, own]) => (
            <section>
              <h2 safe>{area}</h2>
              {own.map((row) => (
                <Operation api={api} row={row} />
              ))}
            </section>
          ))}
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page as string}`;
}

function Introduction({ api }: { readonly api: OpenApi }): string {
  return (
    <section>
      <h1 safe>{`${api.info.title} API`}</h1>
      <p safe>{api.info.description}</p>
      <p>
        The same as a document for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).
      </p>
      <p>
        A key goes into the header <code>Authorization: OAuth …</code> or <code>Bearer …</code>, or into the
        query as <code>api_key</code>. <code>pharos token add</code> makes one. Examples run as they stand in
        a shell that has
      </p>
      <pre>
        <code>{"pharos=http://127.0.0.1:3000\nkey=pharos_…\npage_id=…\nnow=$(date +%s)"}</code>
      </pre>
      <p>Bodies are JSON or forms; a path may end with .json. What is refused changes nothing:</p>
      <table>
        {Object.entries(errorSentences).map(([status, sentence]) => (
          <tr id={`refused-${status}`}>
            <th scope="row" safe>
              {status}
            </th>
            <td safe>{sentence}</td>
          </tr>
        ))}
      </table>
    </section>
  ) as string;
}

const pathOf = ({ table, endpoint }: Row): string =>
  (table.prefix + endpoint.path).replaceAll(/:(\w+)/g, "{$1}");

function operationOf(api: OpenApi, row: Row) {
  const found = api.paths[pathOf(row)]?.[row.method.toLowerCase() as Lowercase<Method>];
  if (found === undefined) throw new Error(`${pathOf(row)} is not in the document.`);
  return found;
}

function Operation({ api, row }: { readonly api: OpenApi; readonly row: Row }): string {
  const { table, endpoint, method } = row;
  const { operationId, summary, description, parameters, requestBody, responses } = operationOf(api, row);
  const schemas = api.components.schemas as Readonly<Record<string, object>>;
  const body = requestBody?.content["application/json"]?.schema;
  return (
    <article id={operationId}>
      <h3 safe>{summary}</h3>
      <p class="call">
        <b>{method}</b> <code safe>{pathOf(row)}</code>
      </p>
      {description === undefined ? "" : <p safe>{description}</p>}
      <p safe>{endpoint.needs === "read" ? "Any key that may see it." : lacking(endpoint.needs)}</p>
      <Parameters parameters={parameters} />
      {body === undefined ? (
        ""
      ) : (
        <>
          <h4>Body</h4>
          <Fields schema={body} schemas={schemas} />
        </>
      )}
      {Object.entries(responses).map(([status, said]) =>
        "$ref" in said || endpoint.answers[Number(status)] === undefined ? (
          ""
        ) : (
          <>
            <h4 safe>{`Answer ${status}`}</h4>
            <Fields schema={said.content?.["application/json"]?.schema ?? null} schemas={schemas} />
          </>
        ),
      )}
      <p>
        {"Refused with "}
        {Object.keys(responses)
          .filter((status) => status >= "400")
          .map((status, at) => (
            <>
              {at === 0 ? "" : ", "}
              <a href={`#refused-${status}`} safe>
                {status}
              </a>
            </>
          ))}
        .
      </p>
      {endpoint.unable === undefined ? "" : <p safe>{`501: ${endpoint.unable}`}</p>}
      <h4>Example</h4>
      <pre>
        <code class="shell" safe>
          {curlOf(table.prefix, endpoint, method)}
        </code>
      </pre>
    </article>
  ) as string;
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }): string {
  if (parameters.length === 0) return "";
  return (
    <>
      <h4>Parameters</h4>
      <table>
        {parameters.map((parameter) => (
          <tr>
            <th scope="row" safe>
              {parameter.name}
            </th>
            <td>{parameter.in}</td>
            <td>
              <Kind schema={parameter.schema} />
            </td>
            <td safe>{parameter.description ?? ""}</td>
          </tr>
        ))}
      </table>
    </>
  ) as string;
}
