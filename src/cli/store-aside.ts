// Where a damaged store goes. In: a POP's folder. Out: the store beside itself, out of the way. Only while nobody has it open.
import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Puts the store beside itself, under the time; the one that was put there before goes, so that damage cannot fill the disk. */
export function moveStoreAside(folder: string, wallMs: number): string {
  for (const name of readdirSync(folder))
    if (name.startsWith("store.corrupt-")) rmSync(join(folder, name), { recursive: true, force: true });
  const stamp = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const place = join(folder, `store.corrupt-${stamp}`);
  renameSync(join(folder, "store"), place);
  return place;
}
