import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle } from "../../l10n.mjs";
import { FILED, SENT } from "../../src/server/settings";

const ROOT = join(import.meta.dirname, "../..");
const text = (name: string): string => readFileSync(join(ROOT, name), "utf8");

interface Setting {
  readonly scope: string;
  readonly markdownDescription: string;
}
interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
  readonly contributes: {
    readonly commands: { readonly command: string }[];
    readonly keybindings: { readonly command: string; readonly key: string; readonly when?: string }[];
    readonly menus: Record<string, { readonly command: string }[]>;
    readonly configuration: { readonly properties: Record<string, Setting> };
    readonly walkthroughs: { readonly steps: { readonly media: { readonly markdown: string } }[] }[];
  };
}
const manifest = JSON.parse(text("package.json")) as Manifest;
const { contributes, capabilities } = manifest;
const settings = contributes.configuration.properties;

describe("the manifest", () => {
  test("has a string for each key it names, and none that it does not", () => {
    const named = new Set([...text("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    expect(new Set(Object.keys(JSON.parse(text("package.nls.json")) as object))).toEqual(named);
  });

  test("names commands of its own alone, and each is registered", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => text(join("src", name)))
      .join("\n");
    const ids = contributes.commands.map(({ command }) => command);
    expect(ids.filter((id) => !id.startsWith("tierwise.ui."))).toEqual([]);
    const missing = ids.filter((id) => {
      const name = id.slice("tierwise.ui.".length);
      return !new RegExp(`(^|\\W)${name}: |"${id.replaceAll(".", "\\.")}"`, "m").test(sources);
    });
    expect(missing).toEqual([]);
    const used = [...contributes.keybindings, ...Object.values(contributes.menus).flat()];
    expect(used.filter(({ command }) => !ids.includes(command))).toEqual([]);
  });

  test("takes no key without a prefix of its own", () => {
    expect(contributes.keybindings.filter(({ key }) => !key.startsWith("ctrl+alt+t "))).toEqual([]);
  });

  test("knows every setting that reaches the server, and each by one way", () => {
    const reaching = [...FILED, ...SENT].map(([name]) => `tierwise.${name}`);
    expect(reaching.filter((name) => !(name in settings))).toEqual([]);
    expect(new Set(reaching).size).toBe(reaching.length);
  });

  test("keeps what chooses endpoints, tiers, programs and budgets to the machine", () => {
    const machine = Object.keys(settings).filter((name) => settings[name]?.scope === "machine");
    const own = ["server.command", "server.python", "configFile", "baseUrl"].map((name) => `tierwise.${name}`);
    expect(new Set(machine)).toEqual(new Set([...own, ...FILED.map(([name]) => `tierwise.${name}`)]));
  });

  test("lets a workspace set nothing but what can only tighten", () => {
    const open = Object.keys(settings).filter(
      (name) => !["machine", "application"].includes(settings[name]?.scope ?? ""),
    );
    expect(open.sort()).toEqual([
      "tierwise.ignore.patterns",
      "tierwise.index.enabled",
      "tierwise.index.exclude",
      "tierwise.maxTier",
    ]);
  });

  test("runs in restricted mode, without any setting of the workspace", () => {
    expect(capabilities.untrustedWorkspaces.supported).toBe("limited");
    expect(new Set(capabilities.untrustedWorkspaces.restrictedConfigurations)).toEqual(
      new Set(Object.keys(settings)),
    );
  });

  test("has a walkthrough of four steps, each with its page", () => {
    const steps = contributes.walkthroughs[0]?.steps ?? [];
    expect(steps).toHaveLength(4);
    for (const { media } of steps) expect(text(media.markdown)).toMatch(/^# /);
  });
});

test("the bundle of strings is that of the sources", async () => {
  expect(text("l10n/bundle.l10n.json"), "run `npm run l10n`").toBe(await bundle());
});
