// Our decoder beside dns-packet: nanoseconds a query of each, plain and with EDNS, client subnet and cookie. In: nothing. Out: a line each.
//   bun bench/dns/decoders.ts
import packets from "dns-packet";
import { decodeQuery } from "../../src/dns/query.ts";
import { ask, subnet } from "../../test/support/dns-wire.ts";

const count = 200_000;
const queries = {
  plain: ask({ name: "host12345.bench.test" }),
  "with EDNS": ask({
    name: "host12345.bench.test",
    edns: { options: [subnet([198, 51, 100, 0], 24), [10, "2464c4abcf10c957"]] },
  }),
};

for (const [what, query] of Object.entries(queries))
  for (const [name, decode] of [
    ["own", decodeQuery],
    ["dns-packet", (bytes: Buffer) => packets.decode(bytes)],
  ] as const) {
    const rounds = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage().user;
      for (let at = 0; at < count; at++) decode(query);
      return ((process.cpuUsage().user - before) * 1_000) / count;
    });
    console.log(`${what}, ${name}: ${Math.round(Math.min(...rounds))} ns`);
  }
