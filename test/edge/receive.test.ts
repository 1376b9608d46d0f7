// Host and path as tables: what is one host (RFC 9110, 7.2), what a path normalises to (RFC 3986, 6.2.2), what is refused.
import { describe, expect, test } from "bun:test";
import { hostOf, pathOf } from "../../src/edge/receive.ts";

const hosts: readonly (readonly [header: string | null, host: string | null])[] = [
  ["status.example.com", "status.example.com"],
  ["Status.Example.COM", "status.example.com"],
  ["status.example.com:8443", "status.example.com"],
  ["status.example.com:", "status.example.com"],
  ["status.example.com.", "status.example.com"],
  ["127.0.0.11:8080", "127.0.0.11"],
  ["[::1]:8080", "[::1]"],
  ["[2001:DB8::1]", "[2001:db8::1]"],
  ["a_b.example", "a_b.example"],
  [null, null],
  ["", null],
  [":80", null],
  ["a.example, b.example", null],
  ["a.example,b.example", null],
  ["a.example b.example", null],
  ["user@a.example", null],
  ["a.example/path", null],
  ["a.example?x", null],
  ["a.example#x", null],
  ["a.example\\x", null],
  ["a.example:80:80", null],
  ["a.example:x", null],
  ["a.example:-1", null],
  ["a%2eexample", null],
  ["ÿþ", null],
  ["[::1", null],
  ["::1", null],
  ["[]", null],
  [".example", null],
  ["-a.example", null],
  [`${"a".repeat(300)}.example`, null],
  ["<script>", null],
];

const paths: readonly (readonly [target: string, path: string | null])[] = [
  ["/", "/"],
  ["", "/"],
  ["/?x=1", "/"],
  ["/api/v2/summary.json", "/api/v2/summary.json"],
  ["/api/v2/summary.json?callback=x#y", "/api/v2/summary.json"],
  ["//api///v2/summary.json", "/api/v2/summary.json"],
  ["/history/", "/history"],
  ["/%61pi/v2/summary%2ejson", "/api/v2/summary.json"],
  ["/a%2fb", "/a%2Fb"],
  ["/%e4", "/%E4"],
  ["/%00", "/%00"],
  ["/.well-known/x", "/.well-known/x"],
  ["/a%20b", "/a%20b"],
  ["/%zz", null],
  ["/%2", null],
  ["/%", null],
  ["/a/%2e%2e/b", null],
  ["/../b", null],
  ["/./b", null],
  ["/a/..", null],
  ["/plain", "/plain"],
];

describe("edge/receive", () => {
  for (const [header, host] of hosts) {
    test(`Host ${JSON.stringify(header)?.slice(0, 40)} is ${host ?? "refused"}`, () =>
      expect(hostOf(header)).toBe(host));
  }
  for (const [target, path] of paths) {
    test(`${target} asks for ${path ?? "nothing: refused"}`, () => expect(pathOf(target)).toBe(path));
  }
});
