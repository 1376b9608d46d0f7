// Cookies: the vectors of RFC 9018, appendix A, and what is not ours. Flow: (secrets, clock) -> cookies -> (known, or not).
import { describe, expect, test } from "bun:test";
import { createCookies } from "../../src/dns/cookies.ts";
import { sipHash, sipKey } from "../../src/dns/siphash.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (from: Uint8Array): string => Buffer.from(from).toString("hex");

test("dns/siphash: the vectors of its authors, one length of each residue", () => {
  const key = sipKey(bytes("000102030405060708090a0b0c0d0e0f"));
  const text = Uint8Array.from({ length: 64 }, (_none, at) => at);
  const hashOf = (length: number): string => {
    const out = new Uint8Array(8);
    sipHash(key, text, length, out, 0);
    return hex(out);
  };
  expect(hashOf(0)).toBe("310e0edd47db6f72");
  expect(hashOf(1)).toBe("fd67dc93c539f874");
  expect(hashOf(2)).toBe("5a4fa9d909806c0d");
  expect(hashOf(7)).toBe("37d1018bf50002ab");
  expect(hashOf(8)).toBe("6224939a79f5f593");
  expect(hashOf(15)).toBe("e545be4961ca29a1");
});

const secret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const four = bytes("c6336464"); // 198.51.100.100
const other = bytes("cb0071cb"); // 203.0.113.203
const six = bytes("20010db80220000159ded0f4876982b8");

describe("dns/cookies: RFC 9018, appendix A", () => {
  const made = (secrets: readonly string[], nowS: number, client: string, address: Uint8Array): string => {
    const cookies = createCookies(secrets.map(bytes), () => nowS);
    const out = new Uint8Array(16);
    cookies.write(out, 0, bytes(client), 0, address);
    return hex(out);
  };
  test("A.1: a new one", () => {
    expect(made([secret], 1_559_731_985, "2464c4abcf10c957", four)).toBe("010000005cf79f111f8130c3eee29480");
  });
  test("A.2: the same client's, renewed 40 minutes later", () => {
    const cookies = createCookies([bytes(secret)], () => 1_559_734_385);
    expect(cookies.isOurs(bytes("2464c4abcf10c957010000005cf79f111f8130c3eee29480"), four)).toBe(true);
    expect(made([secret], 1_559_734_385, "2464c4abcf10c957", four)).toBe("010000005cf7a871d4a564a1442aca77");
  });
  test("A.3: reserved bytes are hashed as they come, and are zero in ours", () => {
    // The RFC's own reply comes 112 minutes later, when its cookie is over.
    const cookies = createCookies([bytes(secret)], () => 1_559_727_985);
    expect(cookies.isOurs(bytes("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5"), other)).toBe(true);
    expect(made([secret], 1_559_734_700, "fc93fc62807ddb86", other)).toBe("010000005cf7a9acf73a7810aca2381e");
  });
  test("A.4: IPv6, and a secret that is being replaced", () => {
    const old = "dd3bdf9344b678b185a6f5cb60fca715";
    const young = "445536bcd2513298075a5d379663c962";
    const cookie = bytes("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
    const cookies = createCookies([young, old].map(bytes), () => 1_559_741_961);
    expect(cookies.isOurs(cookie, six)).toBe(true);
    expect(made([young, old], 1_559_741_961, "22681ab97d52c298", six)).toBe(
      "010000005cf7c609a6bb79d16625507a",
    );
    cookies.rotate([bytes(young)]);
    expect(cookies.isOurs(cookie, six)).toBe(false);
  });
});

describe("dns/cookies: not ours", () => {
  const cookie = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
  const rows: readonly (readonly [
    what: string,
    ageS: number,
    cookie: string,
    address: Uint8Array,
    ours: boolean,
  ])[] = [
    ["an hour old", 3_600, cookie, four, true],
    ["a second older", 3_601, cookie, four, false],
    ["five minutes ahead of us", -300, cookie, four, true],
    ["a second more", -301, cookie, four, false],
    ["another address", 0, cookie, other, false],
    ["another client", 0, cookie.replace("2464", "2465"), four, false],
    ["another version", 0, cookie.replace("957010", "957020"), four, false],
    ["another hash", 0, cookie.replace("480", "481"), four, false],
    ["the client's alone", 0, cookie.slice(0, 16), four, false],
    ["another method's", 0, `${cookie}00`, four, false],
  ];
  for (const [what, ageS, text, address, ours] of rows)
    test(`${what}: ${ours}`, () =>
      expect(createCookies([bytes(secret)], () => 0x5cf79f11 + ageS).isOurs(bytes(text), address)).toBe(
        ours,
      ));
});
