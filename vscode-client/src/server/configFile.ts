/** The configuration file that carries the machine's settings to the server. */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "smol-toml";
import { over, type Table } from "./settings";

const HEAD = "# Written by the Tierwise extension from the settings of this machine.\n";

/** Where the operator's own file is: as the server itself looks for it. */
export function ownFile(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home = homedir()): string {
  if (env.TIERWISE_CONFIG) return env.TIERWISE_CONFIG;
  const folder =
    platform === "win32"
      ? (env.LOCALAPPDATA ?? join(home, "AppData", "Local"))
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : (env.XDG_CONFIG_HOME ?? join(home, ".config"));
  return join(folder, "tierwise", "config.toml");
}

/**
 * Write the operator's own file with `settings` over it to `target`, for this user's eyes only.
 * Answers whether the text changed. A file of the operator's that is not valid is passed on as
 * it is, so that the server says what is wrong with it, and the settings wait until it is mended.
 */
export async function writeConfig(target: string, own: string, settings: Table): Promise<boolean> {
  const text = HEAD + combined(await textOf(own), settings);
  if ((await textOf(target)) === text) return false;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const fresh = `${target}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, target);
  return true;
}

/** Call `changed` whenever the file is written, made or removed. The answer stops it. */
export function follow(path: string, changed: () => void, everyMs = 1000): () => void {
  let before: string | undefined;
  const look = async (): Promise<void> => {
    const now = await stat(path).then(
      ({ mtimeMs, size }) => `${String(mtimeMs)} ${String(size)}`,
      () => "none",
    );
    const same = before === undefined || before === now;
    before = now;
    if (!same) changed();
  };
  const timer = setInterval(() => void look(), everyMs);
  return () => {
    clearInterval(timer);
  };
}

export function combined(own: string, settings: Table): string {
  if (Object.keys(settings).length === 0) return own;
  let base: Table;
  try {
    base = parse(own);
  } catch {
    return own;
  }
  return stringify(over(base, settings));
}

/** The text of a file, "" where there is none. One that cannot be read must not pass for an empty one. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "" : `${path} cannot be read (${code})`;
  }
}
