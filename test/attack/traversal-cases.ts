// Targets that try to leave a page. In: nothing. Out: each with what is answered. What is answered is a refusal or a route of the page.
// A target is judged as it was sent. There is no folder behind a path: it is looked up in the signed list of routes.

/** A status that refuses, or the name of the route whose body is answered. */
export type Reached = "400" | "404" | "front" | "icon" | "canary";

export const traversals: readonly (readonly [target: string, reached: Reached])[] = [
  // Dot segments
  ["/../../etc/passwd", "400"],
  ["/..", "400"],
  ["/.", "400"],
  ["/a/../..", "400"],
  ["/icon.svg/..", "400"],
  ["/x/../canary", "400"],
  ["/canary/.", "400"],
  ["/.//canary", "400"],
  [`/${"../".repeat(2_000)}canary`, "400"],
  ["/..;/canary", "404"],
  ["/.../canary", "404"],
  // Encoded once
  ["/%2e%2e/etc/passwd", "400"],
  ["/%2E%2E/canary", "400"],
  ["/.%2e/canary", "400"],
  ["/x/%2e./canary", "400"],
  ["/x%2f..%2fcanary", "404"],
  ["/..%2f..%2fetc%2fpasswd", "404"],
  ["/%2e%2e%2fcanary", "404"],
  ["/%2fproc%2fself%2fenviron", "404"],
  [`/${"%2e%2e/".repeat(1_000)}`, "400"],
  // Encoded twice
  ["/%252e%252e/canary", "404"],
  ["/%252e%252e%252fetc%252fpasswd", "404"],
  ["/%25%32%65%25%32%65/canary", "404"],
  // Overlong and otherwise broken UTF-8
  ["/%c0%ae%c0%ae/etc/passwd", "404"],
  ["/%c0%ae%c0%ae%c0%afcanary", "404"],
  ["/%e0%80%ae%e0%80%ae/canary", "404"],
  ["/%f0%80%80%ae/canary", "404"],
  ["/%c0%afcanary", "404"],
  ["/..%c1%9ccanary", "404"],
  ["/%ed%a0%80canary", "404"],
  ["/\xc0\xae\xc0\xae/canary", "400"],
  ["/canary\xff", "400"],
  // Characters that look like a slash or a dot
  ["/%E2%88%95canary", "404"],
  ["/%EF%BC%8F..%EF%BC%8Fcanary", "404"],
  ["/%EF%BC%8E%EF%BC%8E/canary", "404"],
  ["/\xe2\x88\x95canary", "400"],
  ["/%u002e%u002e/canary", "400"],
  ["/%u2215canary", "400"],
  // Back-slashes
  ["/..\\..\\etc\\passwd", "404"],
  ["/\\canary", "404"],
  ["/x\\..\\canary", "404"],
  ["\\canary", "400"],
  ["/..%5c..%5cetc%5cpasswd", "404"],
  ["/%5ccanary", "404"],
  ["/x%5c..%5ccanary", "404"],
  // NUL, ends of lines, blanks
  ["/%00", "404"],
  ["/canary%00", "404"],
  ["/canary%00.svg", "404"],
  ["/canary%0a", "404"],
  ["/canary%0d%0aX-Injected:%20yes", "404"],
  ["/canary%20", "404"],
  ["/canary.", "404"],
  // Broken escapes
  ["/canary%", "400"],
  ["/canary%2", "400"],
  ["/canary%zz", "400"],
  ["/%%32%65", "400"],
  // One route by several names, which caches may tell apart: the bytes are the same
  ["//canary", "canary"],
  ["/canary//", "canary"],
  ["/%63anary", "canary"],
  ["/canary?x", "canary"],
  ["/canary#x", "canary"],
  ["/canary%3fx", "404"],
  ["/canary%23x", "404"],
  ["/canary;.svg", "404"],
  ["/canary/x.svg", "404"],
  ["/CANARY", "404"],
  // Places of this machine and of the store
  ["/.git/config", "404"],
  ["/.env", "404"],
  ["/store/data.mdb", "404"],
  ["/.pharos/head.json", "404"],
  ["/root.pub", "404"],
  ["/file:///etc/passwd", "404"],
  ["/C:/Windows/win.ini", "404"],
  ["/~root/.ssh/id_ed25519", "404"],
  ["/proc/self/environ", "404"],
  // Names of objects
  ["/__proto__", "404"],
  ["/constructor", "404"],
  ["/%5f%5fproto%5f%5f", "404"],
  // Length
  [`/${"a/".repeat(2_000)}`, "404"],
  [`/${"a".repeat(8_000)}`, "404"],
  [`/${"%41".repeat(2_000)}`, "404"],
  // Other people's syntax
  ["/*", "404"],
  ["/[canary]", "404"],
  ["/{canary}", "404"],
  ['/canary"x', "404"],
  ["/<script>alert(1)</script>", "404"],
  ["/$(id)", "404"],
  ["/@other.example/canary", "404"],
];
