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

const paths: readonly (readonly [url: string, path: string | null])[] = [
  ["http://h/", "/"],
  ["http://h", "/"],
  ["http://h/?x=1", "/"],
  ["http://h/api/v2/summary.json", "/api/v2/summary.json"],
  ["http://h/api/v2/summary.json?callback=x#y", "/api/v2/summary.json"],
  ["http://h//api///v2/summary.json", "/api/v2/summary.json"],
  ["http://h/history/", "/history"],
  ["http://h/%61pi/v2/summary%2ejson", "/api/v2/summary.json"],
  ["http://h/a%2fb", "/a%2Fb"],
  ["http://h/%e4", "/%E4"],
  ["http://h/%00", "/%00"],
  ["http://h/.well-known/x", "/.well-known/x"],
  ["http://h/a%20b", "/a%20b"],
  ["http://h/%zz", null],
  ["http://h/%2", null],
  ["http://h/%", null],
  ["http://h/a/%2e%2e/b", null],
  ["http://h/../b", null],
  ["http://h/./b", null],
  ["http://h/a/..", null],
  ["/plain", "/plain"],
];

describe("edge/receive", () => {
  for (const [header, host] of hosts) {
    test(`Host ${JSON.stringify(header)?.slice(0, 40)} is ${host ?? "refused"}`, () =>
      expect(hostOf(header)).toBe(host));
  }
  for (const [url, path] of paths) {
    test(`${url} asks for ${path ?? "nothing: refused"}`, () => expect(pathOf(url)).toBe(path));
  }
});
