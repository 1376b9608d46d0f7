// Begins again and says what it is then. Run by heap-room.test.ts.
import { beginAgainWithin } from "../../src/host/heap-room.ts";

const why = await beginAgainWithin(300_000_000);
const { BUN_JSC_forceRAMSize: room, ODD: odd } = process.env;
process.stdout.write(JSON.stringify({ pid: process.pid, why, room, odd, args: process.argv.slice(2) }));
