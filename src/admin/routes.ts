// Which row a path means. In: rows with paths such as `/admin/p/:page/incidents/:incident`. Out: the row and the path's parameters.

interface Row {
  readonly path: string;
}

export interface Match<Found extends Row> {
  readonly row: Found;
  readonly params: Readonly<Record<string, string>>;
}

/** A finder over rows. Where two fit, the one with a word stands before the one with a parameter: `new` is no incident. */
export function createRoutes<Found extends Row>(
  rows: readonly Found[],
): (path: string) => Match<Found> | null {
  const known = rows
    .map((row) => ({ row, parts: row.path.split("/") }))
    .sort((a, b) => parametersOf(a.row) - parametersOf(b.row));
  return (path) => {
    const wanted = path.split("/");
    for (const { row, parts } of known) {
      const params = paramsOf(parts, wanted);
      if (params !== null) return { row, params };
    }
    return null;
  };
}

const parametersOf = ({ path }: Row): number => path.split("/:").length;

function paramsOf(
  parts: readonly string[],
  wanted: readonly string[],
): Readonly<Record<string, string>> | null {
  if (parts.length !== wanted.length) return null;
  const params: [string, string][] = [];
  for (const [at, part] of parts.entries()) {
    const given = wanted[at] ?? "";
    if (!part.startsWith(":")) {
      if (part !== given) return null;
      continue;
    }
    const value = decoded(given);
    if (value === null || value === "") return null;
    params.push([part.slice(1), value]);
  }
  return Object.fromEntries(params);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // Half an escape is no name of anything.
    return null;
  }
}
