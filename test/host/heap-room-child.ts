// Begins again and says what it is then. Run by heap-room.test.ts.
import { beginAgainWithin } from "../../src/host/heap-room.ts";

const why = await beginAgainWithin({ machineBytes: 300_000_000, freshBytes: 8_000_000, freshShareMin: 0.4 });
const {
  BUN_JSC_forceRAMSize,
  BUN_JSC_gcMaxHeapSize,
  BUN_JSC_minEdenToOldGenerationRatio,
  ODD: odd,
} = process.env;
const room = [BUN_JSC_forceRAMSize, BUN_JSC_gcMaxHeapSize, BUN_JSC_minEdenToOldGenerationRatio];
process.stdout.write(JSON.stringify({ pid: process.pid, why, room, odd, args: process.argv.slice(2) }));
