/** Writes the configuration file that gives the machine's settings to the server. */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "smol-toml";
import { over, type Table } from "./settings";

const HEAD = "# Written by the Tierwise extension from the settings of this machine.\n";

/** The path of the operator's own configuration file, found as the server finds it. */
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
 * Writes a copy of the operator's own file, overridden by `settings`, to `target`. Only this user
 * can read it. Returns true if the text changed. If the operator's file is not valid TOML, it is
 * copied unchanged, so that the server reports the mistake. The settings then have no effect
 * until the file is corrected.
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

/** Calls `changed` whenever the file is written, created or removed. The result stops that. */
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

/**
 * The text of a file; "" if there is none. For a file that cannot be read it is a sentence, which
 * is no valid TOML, so that the server reports it.
 */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "" : `${path} cannot be read (${code})`;
  }
}
