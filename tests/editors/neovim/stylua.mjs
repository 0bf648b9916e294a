// Formats the plugin's Lua with StyLua: `node stylua.mjs` writes, `--check` names what would change.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../../..");
const stylua = createRequire(join(root, ".tools/lua/"))("@johnnymorganz/stylua");

// A call takes its configuration with it, so each gets its own.
function style() {
  const config = stylua.Config.new();
  config.column_width = 110;
  config.indent_type = stylua.IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = stylua.QuoteStyle.AutoPreferDouble;
  return config;
}

const check = process.argv.includes("--check");
const files = readdirSync(join(root, "neovim-plugin"), { recursive: true })
  .filter((name) => name.endsWith(".lua"))
  .map((name) => join(root, "neovim-plugin", name));
let different = 0;
for (const file of files) {
  const before = readFileSync(file, "utf8");
  const after = stylua.formatCode(before, style(), undefined, stylua.OutputVerification.None);
  if (before === after) continue;
  different += 1;
  if (check) console.error(`${relative(root, file)}: not as StyLua would have it; run make format`);
  else writeFileSync(file, after);
}
process.exit(check && different ? 1 : 0);
