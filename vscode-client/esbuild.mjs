// Three bundles: the extension and its language client for Node, and the panel's page for the browser.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
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
    // What `activate` reports: the time from the first line of the bundle on.
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
