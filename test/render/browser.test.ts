// Alone: a browser needs the machine.
// Chromium under the page's own policy: the style applies, nothing is refused; and a style of another hash is.
import { afterAll, beforeAll, test as bunTest, expect } from "bun:test";
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bannerOf } from "../../src/edge/banner.ts";
import { bannerTexts } from "../../src/render/languages.ts";
import { slotOpen } from "../../src/render/types.ts";
import { skipUnless } from "../support/skip.ts";
import { inventedParts, now, viewFrom } from "./invented.ts";
import { bodyOf } from "./pages.ts";

const chromium = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => Bun.which(name))
  .find((it) => it !== null);
const test = skipUnless(chromium !== undefined, "there is no chromium");

const view = viewFrom(inventedParts());
const manifest = { banners: bannerTexts() } as unknown as Parameters<typeof bannerOf>[0];
const whole = bodyOf(view, "/").replace(slotOpen, slotOpen + bannerOf(manifest, now));
const pages: Readonly<Record<string, string>> = {
  "/whole": whole,
  "/altered": whole.replace("<style>", "<style>.foreign{color:red}"),
};
/** A page of the same origin may look into the one it frames; what it sees becomes its own text, which the browser prints. */
const looking = (
  path: string,
): string => `<!doctype html><iframe src="${path}" width="320" height="800"></iframe><pre></pre><script>
document.querySelector("iframe").onload = (event) => {
  const { contentDocument: page, contentWindow } = event.target;
  const styleOf = (selector) => contentWindow.getComputedStyle(page.querySelector(selector));
  document.querySelector("pre").textContent = "seen:" + JSON.stringify({
    margin: styleOf("body").margin,
    state: styleOf("h1").color,
    banner: styleOf(".stale").backgroundColor,
    wider: page.documentElement.scrollWidth > 320,
  }) + ":seen";
};
</script>`;

const folder = mkdtempSync(join(tmpdir(), "pharos-browser-"));
let server: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const body = pathname === "/look" ? looking(searchParams.get("at") ?? "") : pages[pathname];
      return new Response(body ?? "", {
        status: body === undefined ? 404 : 200,
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    },
  });
});
afterAll(async () => {
  await server.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

interface Look {
  readonly seen: unknown;
  /** What the browser said against the page. */
  readonly refused: boolean;
}

async function look(path: string): Promise<Look> {
  const [out, err] = ["out", "err"].map((name) => join(folder, name)) as [string, string];
  const files = [openSync(out, "w"), openSync(err, "w")] as const;
  const child = spawn(
    chromium ?? "",
    [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--enable-logging=stderr",
      "--virtual-time-budget=4000",
      `--user-data-dir=${join(folder, "profile")}`,
      "--dump-dom",
      new URL(`/look?at=${path}`, server.url).href,
    ],
    { stdio: ["ignore", ...files], timeout: 40_000, killSignal: "SIGKILL" },
  );
  await new Promise((resolve) => child.once("exit", resolve));
  for (const file of files) closeSync(file);
  const [, seen = "null"] =
    /<pre>seen:(.*?):seen<\/pre>/.exec(readFileSync(out, "utf8").replaceAll("&gt;", ">")) ?? [];
  return { seen: JSON.parse(seen), refused: /Content Security Policy/.test(readFileSync(err, "utf8")) };
}

test("the style applies, the banner stands out, a phone shows the page without scrolling sideways", async () => {
  expect(await look("/whole")).toEqual({
    seen: { margin: "0px", state: "rgb(255, 255, 255)", banner: "rgb(255, 224, 138)", wider: false },
    refused: false,
  });
}, 60_000);

test("a style that is not the one of the policy is refused", async () => {
  const { seen, refused } = await look("/altered");
  expect({ seen, refused }).toMatchObject({ seen: { margin: "8px" }, refused: true });
}, 60_000);

bunTest("the pages differ in their style alone", () => {
  expect(pages["/altered"]?.replace(".foreign{color:red}", "")).toBe(whole);
});
