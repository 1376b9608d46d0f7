// A POP of two workers that is told to replace them under a steady load. Run by restart.test.ts in a network of its own.
// Out: one JSON line: requests asked, the failures among them, whether the workers are others.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { makeCertificate } from "../support/certificate.ts";
import { startPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { startLoad } from "../support/steady-load.ts";

const name = "status.example";
const page = await signedPage({ page: "p1", hosts: [name], generation: 7, routes: frontRoutes("calm") });
const held = await makePopFolder([page]);
const { chain, key } = makeCertificate([name]);
writeFileSync(join(held.folder, "a.crt"), chain);
writeFileSync(join(held.folder, "a.key"), key);

const places = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--certs", held.folder];
const pop = await startPop(["--data", held.folder, "--root-key", held.rootFile, ...places, "--workers", "2"]);
const { host, port: tlsPort } = pop.visitors;
const load = startLoad({ host, tlsPort, plainPort: pop.plainPort ?? 0, name, each: 8, pauseMs: 20 });
await until("the load is under way", () => load.asked() > 200);
const before = pop.children();
process.kill(pop.pid, "SIGHUP");
await until("replaced", () => pop.log.some((line) => line.includes("The workers were replaced.")), 40_000);
const more = load.asked() + 200;
await until("the load went on", () => load.asked() > more);
await load.stop();
const after = pop.children();
const replaced = ["worker-1", "worker-2"].filter((worker) => before.get(worker) !== after.get(worker));
process.stdout.write(
  `${JSON.stringify({ asked: load.asked(), failures: load.failures(), replaced, ended: await pop.stop() })}\n`,
);
held.remove();
process.exit(0);
