// Folders of anyone's making: what becomes of each name, type and page of HTML, and which folders are refused with which sentence.
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Fault } from "../../src/base/fault.ts";
import { limits } from "../../src/base/limits.ts";
import { pathOf } from "../../src/edge/receive.ts";
import { type FolderBounds, readFolder } from "../../src/publish/folder.ts";
import { withSlot } from "../../src/publish/folder-html.ts";
import { pathsOf } from "../../src/publish/folder-names.ts";
import { type FolderRoutesOptions, routesOfFolder } from "../../src/publish/folder-routes.ts";
import { contentTypeOf } from "../../src/publish/folder-types.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { isRoutePath } from "../../src/snapshot/names.ts";
import { type Digest, type Route, slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { skipUnless } from "../support/skip.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-folder-"));
afterAll(() => {
  spawnSync("chmod", ["-R", "u+rwx", place]);
  rmSync(place, { recursive: true, force: true });
});

let folders = 0;
/** A new folder with these files; a name that ends in `/` is an empty folder. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(place, `site-${folders++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    if (name.endsWith("/")) mkdirSync(join(folder, name), { recursive: true });
    else writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe("names", () => {
  const named: readonly (readonly [file: string, ...paths: string[]])[] = [
    ["index.html", "/", "/index.html"],
    ["sub/index.html", "/sub", "/sub/index.html"],
    ["a b/index.html", "/a%20b", "/a%20b/index.html"],
    ["not-index.html", "/not-index.html"],
    ["index.htm", "/index.htm"],
    ["style.css", "/style.css"],
    ["grüße.html", "/gr%C3%BC%C3%9Fe.html"],
    ["gru\u0308\u00dfe.html", "/gr%C3%BC%C3%9Fe.html"],
    ["100%.txt", "/100%25.txt"],
    ["%2e%2e/x", "/%252e%252e/x"],
    ["what?#.txt", "/what%3F%23.txt"],
    ["back\\slash", "/back%5Cslash"],
    ['<"quoted">', "/%3C%22quoted%22%3E"],
    ["logo@2x.png", "/logo@2x.png"],
    ["a+b;c=d,e&f!$'()*.js", "/a+b;c=d,e&f!$'()*.js"],
    [".well-known/security.txt", "/.well-known/security.txt"],
    ["日本語/💡.svg", "/%E6%97%A5%E6%9C%AC%E8%AA%9E/%F0%9F%92%A1.svg"],
    ["~user", "/~user"],
  ];
  for (const [file, ...paths] of named)
    test(`${JSON.stringify(file)} answers at ${paths.join(" and ")}`, () => {
      expect(pathsOf(file)).toEqual({ ok: true, value: paths });
      for (const path of paths) {
        expect(isRoutePath(path)).toBe(true);
        expect(pathOf(path)).toBe(path);
        expect(pathOf(`${path}/`)).toBe(path);
      }
    });

  const unnamed: readonly (readonly [file: string, why: string])[] = [
    ["tab\there", "its name holds a control character"],
    ["line\nbreak", "its name holds a control character"],
    ["broken\uFFFD.txt", "its name is not UTF-8"],
    [`${"x".repeat(200)}/`.repeat(6), "its path is 1207 bytes long, and 1024 are the limit"],
  ];
  for (const [file, reason] of unnamed)
    test(`${JSON.stringify(file.slice(0, 20))}: ${reason}`, () => {
      expect(pathsOf(file)).toEqual({ ok: false, reason });
    });
});

describe("types", () => {
  const utf8 = Buffer.from("grün");
  const latin1 = Buffer.from("grün", "latin1");
  const typed: readonly (readonly [name: string, bytes: Uint8Array, type: string])[] = [
    ["a.html", utf8, "text/html; charset=utf-8"],
    ["A.HTML", utf8, "text/html; charset=utf-8"],
    ["a.html", latin1, "text/html"],
    ["a.json", utf8, "application/json"],
    ["a.min.js", utf8, "text/javascript; charset=utf-8"],
    ["a.svg", utf8, "image/svg+xml; charset=utf-8"],
    ["a.png", latin1, "image/png"],
    ["a.woff2", latin1, "font/woff2"],
    ["CNAME", utf8, "application/octet-stream"],
    ["a.unheard-of", utf8, "application/octet-stream"],
    ["a.constructor", utf8, "application/octet-stream"],
    ["a.__proto__", utf8, "application/octet-stream"],
    ["a.", utf8, "application/octet-stream"],
  ];
  for (const [name, bytes, type] of typed)
    test(`${name} is ${type}`, () => expect(contentTypeOf(name, bytes)).toBe(type));
});

describe("the place for the banner", () => {
  const slot = slotOpen + slotClose;
  const put: readonly (readonly [what: string, html: string])[] = [
    ["plain", "<html><head></head><body>|x</body>"],
    ["in capitals", "<HTML><BODY>|x"],
    ["attributes over lines", '<body\n  class="a"\n  data-x=1>|x'],
    ["a > within quotes", `<body data-a="1>2" data-b='3>4'>|x`],
    ["without a doctype or an end", "<body>|"],
    ["after a comment that says <body>", "<!-- <body> --><body>|x"],
    ["after a script that says <body>", "<script>document.write('<body>')</script><body>|x"],
    ["after a title and a style", "<title><body></title><style><body></style ><body>|x"],
    ["after noscript", "<noscript><body></noscript><body>|x"],
    ["not at <bodyguard>", "<bodyguard><body>|x"],
    ["in any encoding that extends ASCII", "<title>gr\u00fcn</title><body>|\u00e4"],
  ];
  for (const [what, marked] of put)
    test(`is put: ${what}`, () => {
      const bytes = Buffer.from(marked.replace("|", ""), "latin1");
      const { slot: became, bytes: made } = withSlot(bytes);
      expect(became).toBe("put");
      expect(Buffer.from(made).toString("latin1")).toBe(marked.replace("|", slot));
      expect(withSlot(made)).toEqual({ slot: "there", bytes: made });
    });

  const none: readonly (readonly [what: string, html: string])[] = [
    ["no body is written out", "<p>Hello"],
    ["the tag does not end", "<html><body class='a"],
    ["only a comment says it", "<!-- <body> -->"],
    ["a comment does not end", "<!-- <body>"],
    ["the marks stand apart", `<body>${slotOpen}text${slotClose}`],
    ["nothing", ""],
  ];
  for (const [what, html] of none)
    test(`is none: ${what}`, () => {
      const bytes = Buffer.from(html);
      expect(withSlot(bytes)).toEqual({ slot: "none", bytes });
    });
});

describe("folders", () => {
  test("files in the order of their names, dot names left out, links within followed", () => {
    const folder = folderOf({
      "index.html": "x",
      "b/c.txt": "y",
      ".git/config": "secret",
      ".env": "secret",
      "b/.DS_Store": "z",
      ".well-known/security.txt": "Contact",
      "empty/": "",
    });
    symlinkSync("b/c.txt", join(folder, "again.txt"));
    symlinkSync("b", join(folder, "d"));
    const { files, leftOut, bytes } = readFolder(folder);
    expect(files.map(({ name, paths }) => [name, ...paths])).toEqual([
      [".well-known/security.txt", "/.well-known/security.txt"],
      ["again.txt", "/again.txt"],
      ["b/c.txt", "/b/c.txt"],
      ["d/c.txt", "/d/c.txt"],
      ["index.html", "/", "/index.html"],
    ]);
    expect(leftOut).toEqual([".env", ".git", "b/.DS_Store", "d/.DS_Store"]);
    expect(bytes).toBe(11);
  });

  const small: FolderBounds = {
    folderFilesMax: 2,
    folderBytesMax: 20,
    folderDepthMax: 3,
    objectBytesMax: 10,
  };
  const withLink =
    (target: string, name = "link"): (() => string) =>
    () => {
      const folder = folderOf({ "a/index.html": "x" });
      symlinkSync(target, join(folder, name));
      return folder;
    };
  const refused: readonly (readonly [
    what: string,
    make: () => string,
    sentence: string,
    bounds?: FolderBounds,
  ])[] = [
    ["a link out of it", withLink("/etc/hostname"), '"link" is a link that leaves the folder.'],
    ["a link to its parent", withLink(".."), '"link" is a link that leaves the folder.'],
    ["a link to a folder beside it", withLink("../site-0"), '"link" is a link that leaves the folder.'],
    ["a link that leads nowhere", withLink("absent"), '"link" is a link that leads nowhere'],
    ["a link to itself", withLink("link"), '"link" is a link that leads nowhere'],
    ["a link to the folder itself", withLink("."), '"link" leads back into a folder that it lies in.'],
    [
      "a link to a folder above",
      withLink("../a", "a/up"),
      '"a/up" leads back into a folder that it lies in.',
    ],
    [
      "a pipe",
      () => {
        const folder = folderOf({ "index.html": "x" });
        spawnSync("mkfifo", [join(folder, "pipe")]);
        return folder;
      },
      '"pipe" is neither a file nor a folder.',
    ],
    [
      "two files for one path",
      () => folderOf({ "gr\u00fcn.txt": "composed", "gru\u0308n.txt": "decomposed" }),
      '"grün.txt" would answer at /gr%C3%BCn.txt, and so would "grün.txt".',
    ],
    [
      "a control character",
      () => folderOf({ "a\tb": "x" }),
      '"a\\tb" cannot be published: its name holds a control character.',
    ],
    ["nothing", () => folderOf({}), "holds no file."],
    ["dot names alone", () => folderOf({ ".htaccess": "x" }), "holds no file."],
    ["no folder", () => join(folderOf({ file: "x" }), "file"), "is no folder."],
    ["an absent one", () => join(place, "absent"), "cannot be read: ENOENT"],
    [
      "a big file",
      () => folderOf({ big: "x".repeat(11) }),
      '"big" has 11 bytes, and 10 are the limit of one file.',
      small,
    ],
    [
      "much together",
      () => folderOf({ a: "x".repeat(10), b: "x".repeat(10) }),
      '"b" is where the folder exceeds 15 bytes, its limit.',
      { ...small, folderBytesMax: 15 },
    ],
    [
      "many files",
      () => folderOf({ a: "1", b: "2", c: "3" }),
      '"c" is one file more than the limit of 2.',
      small,
    ],
    ["a deep one", () => folderOf({ "a/b/c/d": "1" }), '"a/b/c" lies more than 3 folders deep.', small],
  ];
  for (const [what, make, sentence, bounds] of refused)
    test(`refused: ${what}`, () => {
      const folder = make();
      expect(faultOf(() => readFolder(folder, bounds ?? limits)).message.normalize("NFC")).toContain(
        sentence,
      );
    });

  const asOwner = skipUnless(process.getuid?.() !== 0, "root may read everything");
  asOwner("refused: a folder that this user may not read", () => {
    const folder = folderOf({ "sub/a": "x" });
    chmodSync(join(folder, "sub"), 0o000);
    expect(faultOf(() => readFolder(folder)).message).toContain("cannot be read");
  });
});

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error("It was not refused.");
}

describe("routes of a folder", () => {
  /** What `pharos publish` does with a folder, kept in memory. */
  async function publish(folder: string, last: readonly Route[], more: Partial<FolderRoutesOptions> = {}) {
    const bodies = new Map<Digest, Uint8Array>();
    const options: FolderRoutesOptions = {
      banner: true,
      immutable: [],
      last,
      stage: async (some) => {
        for (const [digest, bytes] of some) bodies.set(digest, bytes);
      },
      ...more,
    };
    return { ...(await routesOfFolder(readFolder(folder).files, options)), bodies };
  }

  test("the bodies are there, and gzip holds the identity body", async () => {
    const folder = folderOf({ "index.html": "<body>x", "a.txt": "text ".repeat(1000), empty: "" });
    const { routes, bodies, slots, compressed } = await publish(folder, []);
    expect(routes.map(({ path }) => path)).toEqual(["/a.txt", "/empty", "/", "/index.html"]);
    expect(compressed).toBe(3);
    expect(slots).toEqual({ there: [], put: ["index.html"], none: [] });
    for (const { variants, path } of routes) {
      for (const variant of [variants.identity, variants.gzip, variants.br, variants.zstd])
        if (variant !== undefined) expect(bodies.get(variant.digest)?.length).toBe(variant.length);
      const inflated = gunzipSync(bodies.get(variants.gzip.digest) ?? new Uint8Array());
      expect([path, digestOf(inflated)]).toEqual([path, variants.identity.digest]);
    }
    expect(routes.map(({ slot }) => slot)).toEqual([false, false, true, true]);
  });

  test("unchanged files keep their routes, the same objects; a changed one alone is compressed", async () => {
    const folder = folderOf({ "index.html": "<body>x", "a.txt": "a", "b.txt": "b" });
    const first = await publish(folder, []);
    const again = await publish(folder, first.routes);
    expect(again.compressed).toBe(0);
    expect(again.bodies.size).toBe(0);
    for (const [at, route] of again.routes.entries()) expect(route).toBe(first.routes[at] as Route);
    writeFileSync(join(folder, "b.txt"), "changed");
    const changed = await publish(folder, again.routes);
    expect(changed.compressed).toBe(1);
    expect(changed.routes.filter((route) => !first.routes.includes(route)).map(({ path }) => path)).toEqual([
      "/b.txt",
    ]);
  });

  test("a file that moved is not compressed again", async () => {
    const first = await publish(folderOf({ "old.txt": "the same" }), []);
    const { compressed, routes } = await publish(folderOf({ "new.txt": "the same" }), first.routes);
    expect(compressed).toBe(0);
    expect(routes.map(({ path }) => path)).toEqual(["/new.txt"]);
  });

  test("--no-banner leaves the bytes as they are, --immutable says what never changes", async () => {
    const html = "<body>x";
    const folder = folderOf({
      "index.html": html,
      "assets/a.js": "1",
      "assets/b.html": html,
      "assets.txt": "2",
    });
    const { routes, slots } = await publish(folder, [], { banner: false, immutable: ["/assets"] });
    const front = routes.find(({ path }) => path === "/");
    expect(front?.slot).toBe(false);
    expect(front?.variants.identity.digest).toBe(digestOf(Buffer.from(html)));
    expect(slots).toEqual({ there: [], put: [], none: [] });
    expect(routes.flatMap(({ path, cache }) => (cache === "immutable" ? [path] : []))).toEqual([
      "/assets/a.js",
    ]);
  });

  test("a file that grew beyond the limit after it was listed is refused", async () => {
    const folder = folderOf({ "a.bin": "x" });
    const { files } = readFolder(folder);
    writeFileSync(join(folder, "a.bin"), new Uint8Array(limits.objectBytesMax + 1));
    const options = { banner: true, immutable: [], last: [], stage: async () => undefined };
    await expect(routesOfFolder(files, options)).rejects.toThrow('"a.bin" has grown to 33554433 bytes');
  });

  test("bodies are handed on before they fill the memory", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 24 }, (_, at) => [`${at}.bin`, new Uint8Array(600_000).fill(at)]),
    );
    const batches: number[] = [];
    await publish(folderOf(files), [], {
      stage: async (bodies) => void batches.push(bodies.reduce((sum, [, { length }]) => sum + length, 0)),
    });
    expect(batches.length).toBe(3);
    expect(Math.max(...batches)).toBeLessThan(limits.fetchBatchBytes + 8 * 610_000);
  });
});
