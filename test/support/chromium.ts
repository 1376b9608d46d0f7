// Chromium by its own protocol (Chrome DevTools Protocol). In: an address. Out: a page that can be asked, looked at, and what it complained of.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./installation.ts";

export const chromium: string | null =
  ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => Bun.which(name))
    .find((it) => it !== null) ?? null;

export interface Tab {
  /** Runs an expression in the page and gives its value as JSON. */
  ask<Value>(expression: string): Promise<Value>;
  /** What the page, or the browser about it, said that no page should make it say. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  /** PNG. */
  picture(width: number, height: number, scheme: "light" | "dark"): Promise<Buffer>;
  /** Where its reader is, such as `Asia/Kolkata`. */
  zone(name: string): Promise<void>;
  /** True: the page thinks that nobody sees it. */
  hide(hidden: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  /** A page with memory of its own; `first` runs before any script of a document does. */
  tab(first?: string): Promise<Tab>;
  end(): Promise<void>;
}

type Params = Readonly<Record<string, unknown>>;
interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "pharos-chromium-"));
  const flags = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-extensions";
  const child: ChildProcess = spawn(
    chromium ?? "",
    [...flags.split(" "), "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    { stdio: "ignore" },
  );
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const portFile = join(profile, "DevToolsActivePort");
  const [port = "", path = ""] = await until(
    "Chromium listens",
    () => existsSync(portFile) && readFileSync(portFile, "utf8").trim().split("\n").length === 2 && lines(),
    60_000,
  );
  function lines(): readonly string[] {
    return readFileSync(portFile, "utf8").trim().split("\n");
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const waiting = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, (message: Message) => void>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else listeners.get(message.sessionId ?? "")?.(message);
  });
  const send = async (method: string, params: Params = {}, sessionId?: string) => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<Message>();
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    const { result, error } = await promise;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  return {
    tab: (first) => openTab(send, listeners, first),
    async end() {
      socket.close();
      child.kill("SIGKILL");
      await exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Send = (method: string, params?: Params, sessionId?: string) => Promise<Record<string, unknown>>;

async function openTab(
  send: Send,
  listeners: Map<string, (message: Message) => void>,
  first: string | undefined,
): Promise<Tab> {
  const { browserContextId } = await send("Target.createBrowserContext");
  const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
  const { sessionId } = (await send("Target.attachToTarget", { targetId, flatten: true })) as {
    sessionId: string;
  };
  const say = (method: string, params: Params = {}) => send(method, params, sessionId);
  const complaints: string[] = [];
  let loaded = (): void => undefined;
  listeners.set(sessionId, ({ method, params = {} }) => {
    if (method === "Page.loadEventFired") loaded();
    const entry = params.entry as { level?: string; text?: string } | undefined;
    if (method === "Log.entryAdded" && entry?.level !== "info") complaints.push(entry?.text ?? "");
    if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params.exceptionDetails));
    if (method === "Runtime.consoleAPICalled") complaints.push(`console: ${JSON.stringify(params.args)}`);
  });
  for (const domain of ["Page", "Runtime", "Log"]) await say(`${domain}.enable`);
  if (first !== undefined) await say("Page.addScriptToEvaluateOnNewDocument", { source: first });
  return {
    complaints,
    async ask<Value>(expression: string) {
      const { result, exceptionDetails } = (await say("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })) as { result: { value: Value }; exceptionDetails?: { text: string } };
      if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`);
      return result.value;
    },
    async open(url) {
      const fired = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await say("Page.navigate", { url });
      await fired;
    },
    async picture(width, height, scheme) {
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await say("Emulation.setEmulatedMedia", { features });
      await say("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: width < 600,
      });
      const { data } = await say("Page.captureScreenshot", { format: "png" });
      return Buffer.from(String(data), "base64");
    },
    async zone(timezoneId) {
      await say("Emulation.setTimezoneOverride", { timezoneId });
    },
    async hide(hidden) {
      await say("Emulation.setFocusEmulationEnabled", { enabled: !hidden });
      await say("Runtime.evaluate", {
        expression: `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"))`,
      });
    },
    async close() {
      await send("Target.closeTarget", { targetId });
      listeners.delete(sessionId);
    },
  };
}
