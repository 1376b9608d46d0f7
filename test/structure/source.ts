// The tree as the structure tests read it. In: the repository. Out: files, their imports and the globals they use.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

export const root = resolve(import.meta.dirname, "..", "..");

/** Files of the checkout that are tracked or about to be; null outside of a git checkout. */
export const files: readonly string[] | null = listFiles();

function listFiles(): readonly string[] | null {
  try {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file)));
  } catch {
    return null;
  }
}

export const read = (file: string): string => readFileSync(join(root, file), "utf8");
export const isSource = (file: string): boolean => /\.tsx?$/.test(file);

/** Everything that a file imports, types and dynamic imports included. */
export function importsOf(text: string): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** `name` or `name.member` for each use of a global; `new Date` for one that takes the current time. */
export function globalsOf(file: string, text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node)) found.add(node.text);
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
      found.add(`${node.expression.text}.${node.name.text}`);
    if (
      ts.isNewExpression(node) &&
      node.expression.getText() === "Date" &&
      (node.arguments?.length ?? 0) === 0
    )
      found.add("new Date");
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node)
  );
}
