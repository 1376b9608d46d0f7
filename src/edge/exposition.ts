// One /metrics for a whole POP. In: the texts of its processes. Out: one text in which each process's numbers carry its name.
// The exposition format wants a family's lines together, so texts cannot simply follow each other.

interface Family {
  readonly head: string[];
  readonly samples: string[];
}

/** Prometheus text 0.0.4 of several processes, by the value of `process` that their samples get. */
export function mergeExpositions(texts: ReadonlyMap<string, string>): string {
  const families = new Map<string, Family>();
  for (const [process, text] of texts) {
    let said = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const comment = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      said = comment ?? said;
      const family = familyOf(families, comment ?? familyNameOf(line, said));
      if (comment === undefined) family.samples.push(withProcess(line, process));
      else if (!family.head.includes(line)) family.head.push(line);
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return `${lines.join("\n")}\n`;
}

function familyOf(families: Map<string, Family>, name: string): Family {
  const known = families.get(name) ?? { head: [], samples: [] };
  families.set(name, known);
  return known;
}

/** A sample's own name, or that of the histogram which the comments before it announce and of which it is a line. */
function familyNameOf(sample: string, announced: string): string {
  const name = /^[^{ ]+/.exec(sample)?.[0] ?? "";
  return histogramParts.some((part) => name === `${announced}${part}`) ? announced : name;
}

const histogramParts = ["_bucket", "_sum", "_count"];

function withProcess(sample: string, process: string): string {
  const label = `process="${process}"`;
  const open = sample.indexOf("{");
  if (open !== -1) return `${sample.slice(0, open + 1)}${label},${sample.slice(open + 1)}`;
  const space = sample.indexOf(" ");
  return `${sample.slice(0, space)}{${label}}${sample.slice(space)}`;
}
