// The demo's mail server: what is sent to it is there to look at, and a mail does nothing to the page that shows it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTransport } from "nodemailer";
import { limits } from "../../src/base/limits.ts";
import { type MailSink, startMailSink } from "../../src/cli/demo-mail.ts";
import { freePort } from "../support/installation.ts";

let sink: MailSink;
let site: string;
let send: (mail: { subject: string; html?: string; text: string }) => Promise<unknown>;

beforeAll(async () => {
  const [smtp, page] = [await freePort(), await freePort()];
  sink = await startMailSink({
    smtp: { host: "127.0.0.1", port: smtp },
    page: { host: "127.0.0.1", port: page },
    leads: ["https://status.quillfjord.example", "http://127.0.0.11:8080"],
    nowMs: () => Date.UTC(2026, 10, 22, 6),
  });
  site = `http://127.0.0.1:${page}`;
  const transport = createTransport({ host: "127.0.0.1", port: smtp });
  send = (mail) =>
    transport.sendMail({
      from: "Quillfjord <status@quillfjord.example>",
      to: "ada@quillfjord.example",
      ...mail,
    });
});
afterAll(() => sink.stop());

test("cli/a mail is listed and shown in a frame that may do nothing, its links lead to the demo", async () => {
  expect(await (await fetch(`${site}/`)).text()).toContain("Nothing was sent yet.");
  await send({
    subject: "</title><script>alert(1)</script>",
    text: "https://status.quillfjord.example/subscribe/confirm?t=1\n<b>",
    html: '<html><head></head><body><a href="https://status.quillfjord.example/x?a=1&amp;b=2">go</a><script>alert(2)</script>"></iframe></body></html>',
  });
  const list = await (await fetch(`${site}/`)).text();
  expect(list).toContain('<a href="/mails/1">&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</a>');
  const answer = await fetch(`${site}/mails/1`);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const page = await answer.text();
  expect(page).not.toMatch(/<script|<b>|<\/iframe>[^<]*<\/body>/);
  expect(page).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(page).toContain("http://127.0.0.11:8080/x?a=1&amp;amp;b=2");
  expect(page).toContain("http://127.0.0.11:8080/subscribe/confirm?t=1\n&lt;b&gt;");
  expect(page).toContain("Subject: ");
  const [first] = (await (await fetch(`${site}/mails.json`)).json()) as readonly {
    readonly to: readonly string[];
  }[];
  expect(first?.to).toEqual(["ada@quillfjord.example"]);
  expect((await fetch(`${site}/mails/2`)).status).toBe(404);
});

test("cli/what is too large is refused and not kept", async () => {
  const before = sink.mails().length;
  await expect(send({ subject: "large", text: "x".repeat(limits.demoMailBytesMax + 1) })).rejects.toThrow();
  expect(sink.mails().length).toBe(before);
});
