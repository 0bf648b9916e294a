/** Finds a Python that can run the server. */
import { execFile } from "node:child_process";

/** The oldest Python version that the server runs on. */
export const OLDEST: readonly [number, number] = [3, 11];
const ASK = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])";

/** The commands to try, the newest Python first. */
export function candidates(platform: NodeJS.Platform): readonly (readonly string[])[] {
  const newest = [14, 13, 12, 11].map((minor) => [`python3.${minor}`]);
  return platform === "win32" ? [["py", "-3"], ["python"], ["python3"]] : [...newest, ["python3"], ["python"]];
}

/** True if a version such as "3.12" is new enough. */
export function recent(version: string): boolean {
  const [major = 0, minor = 0] = version.trim().split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

export type Run = (command: string, args: readonly string[]) => Promise<string>;

/** The first candidate that is new enough and can make environments, or undefined. */
export async function findPython(
  chosen: string | undefined,
  platform: NodeJS.Platform,
  run: Run = output,
): Promise<readonly string[] | undefined> {
  for (const [command = "", ...args] of chosen ? [[chosen]] : candidates(platform)) {
    try {
      if (recent(await run(command, [...args, "-c", ASK]))) return [command, ...args];
    } catch {
      // This one does not exist or lacks the modules for an environment. Try the next one.
    }
  }
  return undefined;
}

/** Runs a program and returns its output. Rejects if it fails or takes over ten seconds. */
export function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { timeout: 10_000, windowsHide: true }, (error, stdout) => {
      if (error) reject(new Error(error.message));
      else resolve(stdout);
    });
  });
}
