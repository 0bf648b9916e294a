// Three bundles: the extension and its language client for Node, and the panel's page for the browser.
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");

/** @type {esbuild.BuildOptions} */
const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  legalComments: "none",
  target: "es2022",
  logLevel: "info",
};

/**
 * The editor's interface is one object. Imported as a module it would be copied, with its hundreds
 * of members, for each file that names it: more than half of the time that running the bundle took.
 * @type {esbuild.Plugin}
 */
const oneInterface = {
  name: "one-interface",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace(/^import \* as vscode from "vscode";$/m, 'import vscode = require("vscode");');
      return { contents, loader: "ts" };
    });
  },
};

/** @type {esbuild.BuildOptions[]} */
const bundles = [
  {
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    // The language client is most of the code and none of it is needed to activate.
    external: ["vscode", "./connection"],
    supported: { "dynamic-import": false },
    plugins: [oneInterface],
    // What activation is counted from.
    banner: { js: "const tierwiseLoadedAt = performance.now();" },
  },
  {
    ...shared,
    entryPoints: ["src/server/connection.ts"],
    outfile: "dist/connection.js",
    platform: "node",
    format: "cjs",
    external: ["vscode"],
  },
];
if (existsSync("webview/main.ts")) {
  bundles.push({
    ...shared,
    entryPoints: ["webview/main.ts"],
    outfile: "dist/webview.js",
    platform: "browser",
    format: "iife",
    loader: { ".ttf": "file" },
    assetNames: "[name]",
  });
}

await rm("dist", { recursive: true, force: true });
if (watch) {
  for (const options of bundles) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(bundles.map((options) => esbuild.build(options)));
}
