// What the demo's mail server took, as pages. In: a request, mails. Out: a list, one mail, the list as JSON. A mail is a stranger's document: it stands in a frame
// without scripts, forms or an origin, and loads nothing.
import { xmlText } from "../render/xml.ts";

export interface ShownMail {
  readonly number: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly atMs: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

type Leads = readonly [from: string, to: string];

const style = [
  ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}",
  "body{margin:0 auto;max-width:60rem;padding:1rem}h1{font-size:1.3rem;overflow-wrap:anywhere}",
  "ol{list-style:none;margin:0;padding:0}li{padding:.6rem 0;border-top:1px solid #8884}",
  "li a{font-weight:600;overflow-wrap:anywhere}.mu{opacity:.75;font-size:.9rem;margin:0;overflow-wrap:anywhere}",
  "iframe{width:100%;height:44rem;border:1px solid #8886;border-radius:8px;background:#fff}",
  "pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;border:1px solid #8886;border-radius:8px;font-size:.85rem}",
].join("");

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  // A frame made of a text has the policy of the page around it: no script, no picture, no request.
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function answerOf(request: Request, mails: readonly ShownMail[], leads: Leads): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/mails.json") return Response.json(mails, { headers: { "cache-control": "no-store" } });
  if (pathname === "/") return new Response(listOf(mails), { headers });
  const number = Number(/^\/mails\/(\d{1,9})$/.exec(pathname)?.[1] ?? Number.NaN);
  const mail = mails.find((one) => one.number === number);
  return mail === undefined
    ? new Response(pageOf("No such mail", "<p><a href='/'>All mail</a></p>"), { status: 404, headers })
    : new Response(oneOf(mail, leads), { headers });
}

function listOf(mails: readonly ShownMail[]): string {
  const items = mails.map(
    (mail) =>
      `<li><a href="/mails/${mail.number}">${xmlText(mail.subject === "" ? "(no subject)" : mail.subject)}</a><p class="mu">${xmlText(
        `${timeOf(mail.atMs)} · ${mail.from} to ${mail.to.join(", ")}`,
      )}</p></li>`,
  );
  const body =
    items.length === 0
      ? "<p>Nothing was sent yet. An incident in the admin pages, or a subscription on the status page, changes that.</p>"
      : `<ol>${items.join("")}</ol>`;
  return pageOf("Mail of the demo", `<p class="mu">None of it leaves this machine.</p>${body}`, true);
}

function oneOf(mail: ShownMail, [from, to]: Leads): string {
  const led = (text: string): string => text.replaceAll(from, to);
  // Links open beside the frame: a status page lets nobody frame it.
  const framed = led(mail.html).replace(/<head>/i, '<head><base target="_blank">');
  const frame =
    mail.html === ""
      ? ""
      : `<h2>As HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${xmlText(framed)}"></iframe>`;
  const head = mail.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return pageOf(
    mail.subject,
    `<p><a href="/">All mail</a></p><p class="mu">${xmlText(`${timeOf(mail.atMs)} · ${mail.from} to ${mail.to.join(", ")}`)}</p>
<p class="mu">Links to ${xmlText(from)} lead to ${xmlText(to)} here.</p>${frame}
<h2>As text</h2><pre dir="auto">${xmlText(led(mail.text))}</pre><h2>Headers</h2><pre>${xmlText(head)}</pre>`,
  );
}

function pageOf(title: string, body: string, renews = false): string {
  const again = renews ? '<meta http-equiv="refresh" content="5">' : "";
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${again}<title>${xmlText(title)}</title><style>${style}</style></head><body><h1>${xmlText(title)}</h1>${body}</body></html>\n`;
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
