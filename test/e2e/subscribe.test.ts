// From a form at a POP to mail and back, as a reader does it: subscribe, confirm, be told, unsubscribe by one click. In: a browser without a script, a real mail
// server, a control plane and a POP. Out: mail to who confirmed, and none to anybody else, also while the control plane is away.
// Long: it runs a control plane, a POP and a browser.
import { afterAll, beforeAll, expect } from "bun:test";
import { join } from "node:path";
import { type Browser, chromium, startBrowser, type Visit, visitor } from "../support/browser.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { type MailServer, startMailServer, type TakenMail } from "../support/mail-server.ts";
import { skipUnless } from "../support/skip.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
const installation = new Installation();
const data = join(installation.folder, "control");
const reader = "reader@example.org";
let mails: MailServer;
let control: Running;
let api: ApiClient;
let pop = "";
let browser: Browser;
let visit: Visit;

const startControl = (): Promise<Running> =>
  installation.control("--mail", `smtp-plain://127.0.0.1:${mails.port}`, "--mail-from", "status@example.org");

beforeAll(async () => {
  if (chromium === null) return;
  mails = await startMailServer();
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  const token = await installation.token();
  control = await startControl();
  api = new ApiClient(`http://${await installation.address("api")}`, token);
  await installation.pop("pop", "--workers", "1", "--default-page", samplePage);
  pop = `http://${await installation.address("pop")}`;
  browser = await startBrowser();
  visit = await visitor(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await until("the page takes what visitors say", async () => (await fetch(`${pop}/_inbox`)).status === 200);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await installation.end();
  await mails?.close();
});

/** The link of a mail to a path of the page, at the POP: the page's own address is none of this machine. */
function linkIn(mail: TakenMail, path: string): string {
  const text = mail.mail.text ?? "";
  const found = text.split(/\s+/).find((word) => word.startsWith(`https://${sampleHost}${path}?`));
  if (found === undefined) throw new Error(`The mail has no link to ${path}: ${text}`);
  return found.replace(`https://${sampleHost}`, pop);
}

const mailsTo = (address: string) => mails.taken.filter(({ to }) => to.includes(address));
const states = async () => {
  const { body } = await api.ask("GET", `/pages/${samplePage}/subscribers?state=all`);
  return (body as unknown as { email: string; quarantined_at: string | null; mode: string }[]).map(
    ({ email }) => email,
  );
};
async function subscribe(address: string): Promise<void> {
  const { page } = visit;
  await page.goto(`${pop}/subscribe`);
  await page.fill("form input[type=email]", address);
  await page.click("form:has(input[type=email]) button[type=submit]");
  expect(new URL(page.url()).pathname).toBe("/subscribe/asked");
}

test("subscribe, confirm, be told, unsubscribe with one click, and no mail after", async () => {
  await subscribe(reader);
  await until("a mail asks to confirm", () => mailsTo(reader).length === 1);
  const [asking] = mailsTo(reader);
  const open = async (name: string) => {
    const { status } = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident: { name } });
    expect(status).toBe(201);
  };
  await open("Before the confirmation");

  // A scanner of mail opens the link, which changes nothing.
  const confirm = linkIn(asking as TakenMail, "/subscribe/confirm");
  expect((await fetch(confirm)).status).toBe(200);
  await visit.page.goto(confirm);
  await visit.page.click("main button[type=submit]");
  expect(new URL(visit.page.url()).pathname).toBe("/subscribe/confirmed");
  await until("it is confirmed", async () => {
    const { body } = await api.ask("GET", `/pages/${samplePage}/subscribers/count?type=email`);
    return body.email === 1;
  });
  expect(mailsTo(reader).length).toBe(1);

  await open("It burns & smokes");
  await until("the reader is told", () => mailsTo(reader).length === 2);
  const told = mailsTo(reader)[1] as TakenMail;
  expect(told.mail.subject).toContain("It burns & smokes");
  expect(told.mail.html).toContain("It burns &amp; smokes");

  // Who chose components finds them marked; without a script the form says that a choice replaces the one before.
  const listed = await (await fetch(`${pop}/api/v2/components.json`)).json();
  const { components } = listed as { readonly components: readonly { id: string; group: boolean }[] };
  const [one, other] = components.filter(({ group }) => !group).map(({ id }) => id);
  const manage = `${linkIn(told, "/subscribe/manage")}#c=${one},gone`;
  const markedBy = async ({ page }: Visit) => {
    await page.goto(manage);
    const marked = [one, other].map((id) => page.isChecked(`input[value="${id}"]`));
    return [...(await Promise.all(marked)), (await page.textContent("#chosen"))?.includes("Marked is")];
  };
  expect(await markedBy(visit)).toEqual([false, false, false]);
  const scripted = await visitor(browser, { viewport: { width: 390, height: 844 } });
  expect(await markedBy(scripted)).toEqual([true, false, true]);
  expect(await scripted.page.isChecked("input[name=scope][value=components]")).toBe(true);
  expect(scripted.complaints).toEqual([]);

  const headers = new Map(told.mail.headers.map(({ key, value }) => [key.toLowerCase(), value]));
  expect(headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  const oneClick = /<(https:[^>]+)>/.exec(headers.get("list-unsubscribe") ?? "")?.[1] ?? "";
  const clicked = await fetch(oneClick.replace(`https://${sampleHost}`, pop), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
    redirect: "error",
  });
  expect(clicked.status).toBe(200);
  await until("nobody is subscribed any more", async () => (await states()).length === 0);
  await open("For nobody");
  await subscribe("other@example.org");
  await until("others are still asked", () => mailsTo("other@example.org").length === 1);
  expect(mailsTo(reader).filter(({ mail }) => mail.subject?.includes("For nobody"))).toEqual([]);
  expect(visit.complaints).toEqual([]);
}, 90_000);

test("while the control plane is dead, what is asked is kept, and done when it is back", async () => {
  await control.kill("SIGKILL");
  await subscribe("later@example.org");
  expect(mailsTo("later@example.org")).toEqual([]);
  control = await startControl();
  await until("the mail to confirm comes", () => mailsTo("later@example.org").length === 1, 30_000);
}, 90_000);
