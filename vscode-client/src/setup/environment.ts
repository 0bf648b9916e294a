/**
 * The server's own Python environment, in the extension's global storage.
 *
 * The extension contains the server as a wheel. The environment is made once per wheel, after the
 * operator agrees. The wheel's dependencies come from the package index that pip is set to.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type * as vscode from "vscode";

export interface Places {
  /** The extension's folder, which has `server/*.whl`. */
  readonly extension: string;
  /** The extension's global storage. */
  readonly storage: string;
  readonly platform: NodeJS.Platform;
}

/** The wheel in the extension, or undefined in a checkout. */
export async function carriedWheel(places: Places): Promise<string | undefined> {
  const folder = join(places.extension, "server");
  try {
    const name = (await readdir(folder)).find((file) => file.endsWith(".whl"));
    return name === undefined ? undefined : join(folder, name);
  } catch {
    return undefined;
  }
}

/** The folder of the environment for a wheel. Each wheel has its own. */
export async function environmentFor(places: Places, wheel: string): Promise<string> {
  const digest = createHash("sha256").update(await readFile(wheel)).digest("hex").slice(0, 12);
  return join(places.storage, "environments", digest);
}

export function pythonIn(environment: string, platform: NodeJS.Platform): string {
  return platform === "win32"
    ? join(environment, "Scripts", "python.exe")
    : join(environment, "bin", "python");
}

/** True if an environment was made completely. */
export function isComplete(environment: string): boolean {
  return existsSync(join(environment, "complete"));
}

/**
 * Makes the environment for a wheel and removes older ones. Rejects with the last output line of
 * the step that failed. An abort leaves nothing behind.
 */
export async function makeEnvironment(
  places: Places,
  python: readonly string[],
  wheel: string,
  log: Pick<vscode.LogOutputChannel, "info">,
  signal: AbortSignal,
): Promise<string> {
  const target = await environmentFor(places, wheel);
  const parent = join(places.storage, "environments");
  await rm(target, { recursive: true, force: true });
  await mkdir(parent, { recursive: true });
  const [command = "python3", ...args] = python;
  try {
    await run(command, [...args, "-m", "venv", target], log, signal);
    const own = pythonIn(target, places.platform);
    await run(own, ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", wheel], log, signal);
    await run(own, ["-m", "tierwise", "--help"], log, signal);
    await writeFile(join(target, "complete"), `${wheel}\n`);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
  await removeOld(parent, target);
  return target;
}

/** Removes old environments but the newest one. Another window may use it until it reloads. */
async function removeOld(parent: string, target: string): Promise<void> {
  const others: { path: string; made: number }[] = [];
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (path !== target) others.push({ path, made: (await stat(path)).mtimeMs });
  }
  others.sort((a, b) => b.made - a.made);
  for (const { path } of others.slice(1)) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The full path of a program on the PATH, or undefined. */
export function onPath(name: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const endings = platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (folder !== "" && existsSync(path)) return path;
    }
  }
  return undefined;
}

function run(
  command: string,
  args: readonly string[],
  log: Pick<vscode.LogOutputChannel, "info">,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = "";
    const child = spawn(command, args, { signal, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const heard = (data: Buffer): void => {
      for (const line of data.toString("utf8").split(/\r?\n/)) {
        if (line.trim() === "") continue;
        last = line.trim();
        log.info(last);
      }
    };
    child.stdout.on("data", heard);
    child.stderr.on("data", heard);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(last === "" ? `${command} ended with ${code ?? "a signal"}` : last));
    });
  });
}
