import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { carriedWheel, environmentFor, isComplete, onPath } from "../../src/setup/environment";
import { candidates, findPython, recent } from "../../src/setup/python";

describe("finding a Python", () => {
  test.each([
    ["3.11\n", true],
    ["3.14", true],
    ["4.0", true],
    ["3.10", false],
    ["3.9", false],
    ["2.7", false],
    ["nonsense", false],
  ])("%s is new enough: %s", (version, expected) => {
    expect(recent(version)).toBe(expected);
  });

  test("takes the first that is new enough and can make environments", async () => {
    const asked: string[] = [];
    const found = await findPython(undefined, "linux", (command) => {
      asked.push(command);
      if (command === "python3.14" || command === "python3.13") return Promise.reject(new Error("ENOENT"));
      return Promise.resolve(command === "python3.12" ? "3.10" : "3.11\n");
    });
    expect(found).toEqual(["python3.11"]);
    expect(asked).toEqual(["python3.14", "python3.13", "python3.12", "python3.11"]);
  });

  test("tries nothing but the chosen one where one is chosen", async () => {
    const asked: string[] = [];
    const old = await findPython("/own/python", "linux", (command) => {
      asked.push(command);
      return Promise.resolve("3.8");
    });
    expect(old).toBeUndefined();
    expect(asked).toEqual(["/own/python"]);
  });

  test("asks the launcher on Windows", () => {
    expect(candidates("win32")[0]).toEqual(["py", "-3"]);
  });
});

describe("the environment", () => {
  test("is another one for another wheel, and complete only once it was made to the end", async () => {
    const root = await mkdtemp(join(tmpdir(), "tierwise-env-"));
    const places = { extension: root, storage: join(root, "storage"), platform: process.platform };
    try {
      expect(await carriedWheel(places)).toBeUndefined();
      await mkdir(join(root, "server"));
      const wheel = join(root, "server", "tierwise-0.1.0-py3-none-any.whl");
      await writeFile(wheel, "one");
      expect(await carriedWheel(places)).toBe(wheel);
      const first = await environmentFor(places, wheel);
      await writeFile(wheel, "two");
      expect(await environmentFor(places, wheel)).not.toBe(first);
      expect(isComplete(first)).toBe(false);
      await mkdir(first, { recursive: true });
      await writeFile(join(first, "complete"), "");
      expect(isComplete(first)).toBe(true);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test("a server on the PATH is found by its full name", async () => {
    const root = await mkdtemp(join(tmpdir(), "tierwise-path-"));
    try {
      await writeFile(join(root, "tierwise"), "");
      expect(onPath("tierwise", { PATH: `/nowhere:${root}` }, "linux")).toBe(join(root, "tierwise"));
      expect(onPath("tierwise", { PATH: "/nowhere" }, "linux")).toBeUndefined();
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
