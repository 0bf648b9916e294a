import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { combined, follow, ownFile, writeConfig } from "../../src/server/configFile";
import { filed, sent, type Chosen } from "../../src/server/settings";

const chosen =
  (values: Record<string, unknown>): Chosen =>
  (name) =>
    values[name];

describe("what goes over the protocol and what into the file", () => {
  test("endpoints, tiers, budgets and programs are never sent", () => {
    const all = chosen({
      tiers: [{ name: "own", model: "m", baseUrl: "http://127.0.0.1:1", apiKeyEnv: "K" }],
      "budget.dayUsd": 5,
      verify: { python: ["ruff"] },
      baseUrl: "http://127.0.0.1:1",
      "server.command": ["x"],
      rehearsal: true,
      askAboveUsd: 2,
      confidenceTarget: 0.9,
      softTarget: 0.5,
      redoCostUsd: 0.1,
      secondOpinion: "uncertain",
      "learning.on": false,
      "learning.trials": true,
    });
    expect(sent(all)).toEqual({ rehearsal: true, learning: { on: false } });
    expect(filed(all)).toEqual({
      tiers: [{ name: "own", model: "m", base_url: "http://127.0.0.1:1", api_key_env: "K" }],
      budget: { day_usd: 5 },
      verify: { python: ["ruff"] },
      ask_above_usd: 2,
      confidence_target: 0.9,
      soft_target: 0.5,
      redo_cost_usd: 0.1,
      second_opinion: "uncertain",
      learning: { trials: true },
    });
  });

  test("what nobody set is left to the server", () => {
    expect(sent(chosen({}))).toEqual({});
    expect(filed(chosen({ "budget.dayUsd": null, "budget.timezone": "" }))).toEqual({});
  });

  test("a cap of zero is a cap, and names of prices are the file's", () => {
    expect(filed(chosen({ "budget.dayUsd": 0 }))).toEqual({ budget: { day_usd: 0 } });
    expect(filed(chosen({ prices: [{ input: 1, output: 2, write5m: 3 }] }))).toEqual({
      prices: [{ input: 1, output: 2, write_5m: 3 }],
    });
  });
});

describe("the configuration file", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tierwise-config-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("is the operator's own with the settings over it, key by key", () => {
    const own = 'redo_cost_usd = 0.1\n[budget]\nday_usd = 1.0\ntimezone = "Europe/Berlin"\n';
    const text = combined(own, { budget: { day_usd: 5.5 } });
    expect(text).toContain("redo_cost_usd = 0.1");
    expect(text).toContain('timezone = "Europe/Berlin"');
    expect(text).toContain("day_usd = 5.5");
    expect(text).not.toContain("day_usd = 1");
  });

  test("is passed on as it is where it is not valid, so that the server can say so", () => {
    expect(combined("tiers = [", { budget: { day_usd: 5 } })).toBe("tiers = [");
  });

  test("is for this user alone, and written only when it changes", async () => {
    const own = join(folder, "own.toml");
    const target = join(folder, "deep", "config.toml");
    await writeFile(own, "rehearsal = true\n");
    expect(await writeConfig(target, own, {})).toBe(true);
    expect(await writeConfig(target, own, {})).toBe(false);
    expect(await writeConfig(target, own, { budget: { day_usd: 2 } })).toBe(true);
    expect(await readFile(target, "utf8")).toContain("rehearsal = true");
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  test("does not take one that cannot be read for an empty one", async () => {
    const own = join(folder, "own.toml");
    await mkdir(own);
    const target = join(folder, "config.toml");
    await writeConfig(target, own, { budget: { day_usd: 2 } });
    const text = await readFile(target, "utf8");
    expect(text).toContain("cannot be read (EISDIR)");
    expect(text).not.toContain("day_usd");
  });

  test("is followed: a change, an end and a new beginning are told", async () => {
    const own = join(folder, "own.toml");
    let told = 0;
    let heard: () => void = () => undefined;
    const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
    const stop = follow(
      own,
      () => {
        told += 1;
        heard();
      },
      20,
    );
    try {
      const write = (): Promise<void> => writeFile(own, `a = ${String(Date.now())}\n`);
      for (const act of [write, () => rm(own, { force: true }), write]) {
        const seen = next();
        const again = setInterval(() => void act(), 30);
        await seen;
        clearInterval(again);
      }
      expect(told).toBeGreaterThanOrEqual(3);
    } finally {
      stop();
    }
  });

  test("the own one is where the server looks for it", () => {
    expect(ownFile({ TIERWISE_CONFIG: "/x.toml" }, "linux", "/home/a")).toBe("/x.toml");
    expect(ownFile({}, "linux", "/home/a")).toBe("/home/a/.config/tierwise/config.toml");
    expect(ownFile({ XDG_CONFIG_HOME: "/cfg" }, "linux", "/home/a")).toBe("/cfg/tierwise/config.toml");
    expect(ownFile({}, "darwin", "/Users/a")).toBe("/Users/a/Library/Application Support/tierwise/config.toml");
  });
});
