// Collects the strings of `l10n.t` and of the page's `t` into the bundle that translations start from.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUNDLE = fileURLToPath(new URL("l10n/bundle.l10n.json", import.meta.url));
const CALL = /\b(?:l10n\.t|(?<![\w.])t)\(\s*("(?:[^"\\]|\\.)*")/g;

/** The bundle of the sources as they are: every string stands for itself. */
export async function bundle(root = fileURLToPath(new URL(".", import.meta.url))) {
  const found = new Set();
  for (const folder of ["src", "webview"]) {
    for (const name of await readdir(join(root, folder), { recursive: true })) {
      if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
      const text = await readFile(join(root, folder, name), "utf8");
      for (const [, literal] of text.matchAll(CALL)) found.add(JSON.parse(literal));
    }
  }
  const sorted = [...found].sort().map((text) => [text, text]);
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(BUNDLE, await bundle());
