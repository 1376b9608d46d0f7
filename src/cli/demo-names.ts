// The demo's names. In: where its POPs are. Out: a zone, a plan of steering, and the flags of `pharos dns` over them; POPs that are members of the
// control plane, so that their reports are believed.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { dial } from "../host/dial.ts";
import { askToJoin } from "../sync/members-join.ts";
import { textOf } from "./demo-greeting.ts";
import { demoHost } from "./demo-organisation.ts";
import type { DemoPlaces, DemoPop } from "./demo-places.ts";
import type { Address, Context } from "./flags.ts";
import { makePopKey } from "./pop-key.ts";
import { withPopPlane } from "./pop-plane.ts";

/** As if the three addresses were in Frankfurt, Ashburn and Singapore. */
const sites = [
  [50.1, 8.7],
  [39.0, -77.5],
  [1.4, 103.8],
] as const;

const demoZone = "quillfjord.example";

/** Each POP joins by a token, as it would on a machine of its own; one that is a member already keeps its key. */
export async function joinPops(
  options: { readonly data: string; readonly control: string },
  { pops, feed }: DemoPlaces,
  context: Context,
): Promise<void> {
  await withPopPlane({ ...context, folder: options.control }, async (plane) => {
    const listed = await plane.list();
    for (const { name } of pops) {
      const key = makePopKey(join(options.data, name), context.random);
      if (listed.some((pop) => pop.key === key.publicKey && !pop.revoked)) continue;
      const { token } = await plane.addToken({ name, pages: ["*"] });
      await askToJoin({ ...context, dial, url: `http://${textOf(feed)}`, token, name, key });
    }
  });
}

/** Writes the node's files and gives its command line. They are written at each start: ports may be others. */
export function dnsArgs(
  { data, root }: { readonly data: string; readonly root: string },
  { pops, feed, dns, dnsOps }: DemoPlaces,
): readonly string[] {
  const folder = join(data, "dns");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const zone = join(folder, `${demoZone}.toml`);
  const plan = join(folder, "steering-plan.toml");
  writeFileSync(zone, zoneText(dns));
  writeFileSync(plan, planText(pops));
  return [
    "dns",
    ...[
      "--data",
      folder,
      "--zone",
      zone,
      "--steering",
      plan,
      "--root-key",
      root,
      "--source",
      `http://${textOf(feed)}`,
    ],
    ...["--listen", textOf(dns), "--ops", textOf(dnsOps), "--workers", "0", "--tied", "--json"],
  ];
}

function zoneText({ host }: Address): string {
  return `# The demo's zone: one name that is steered, and what state its page is in.
origin = "${demoZone}"

[soa]
primary = "ns1"

[names."@"]
NS = "ns1"

[names.ns1]
A = "${host}"

[names.status]
steer = "pops"

[names."_status.status"]
steer = "status/${demoHost}"
`;
}

function planText(pops: readonly DemoPop[]): string {
  const geo = locationFile();
  const entries = pops.map(({ name, page }, at) => {
    // They share one machine, whose load says of none of them that it is full.
    const place = (sites[at % sites.length] ?? sites[0]).join(", ");
    return `[[pop]]\nname = "${name}"\nplace = [${place}]\naddresses = ["${page.host}"]\ncapacity = 65535\nprobe = "http://${textOf(page)}"\n`;
  });
  return `${geo === null ? "" : `geo = [${JSON.stringify(geo)}]\n\n`}${entries.join("\n")}
# Some networks of the world's documentation, as examples of who is led where.
[[override]]
networks = ["198.51.100.0/24"]
pops = ["${pops[1]?.name ?? ""}"]
`;
}

/** A free database of countries, where the demo runs beside its packages (CC BY 4.0, NRO); else weights and overrides lead. */
function locationFile(): string | null {
  try {
    return createRequire(import.meta.url).resolve(
      "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
    );
  } catch {
    return null;
  }
}
