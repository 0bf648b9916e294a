/** Makes the server's environment with the Python of this machine. */
import * as vscode from "vscode";
import { carriedWheel, makeEnvironment, type Places } from "./environment";
import { findPython } from "./python";

/** Makes the environment. Rejects with one sentence on why it failed and what to do. */
export async function make(
  places: Places,
  log: vscode.LogOutputChannel,
  told: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const wheel = await carriedWheel(places);
  if (wheel === undefined) {
    throw new Error(vscode.l10n.t("This build carries no server. Set tierwise.server.command to one."));
  }
  const chosen = vscode.workspace.getConfiguration("tierwise").get<string>("server.python");
  const python = await findPython(chosen === "" ? undefined : chosen, places.platform);
  if (python === undefined) {
    throw new Error(
      chosen
        ? vscode.l10n.t("{0} is not a Python 3.11 or newer. Choose another.", chosen)
        : vscode.l10n.t("No Python 3.11 or newer was found. Install one, or choose where it is."),
    );
  }
  const heard = {
    info: (line: string) => {
      log.info(line);
      told(line);
    },
  };
  try {
    await makeEnvironment(places, python, wheel, heard, stop);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    const why = error instanceof Error ? error.message : String(error);
    log.error(`the environment was not made: ${why}`);
    throw new Error(vscode.l10n.t("The Python environment could not be made: {0}", why), { cause: error });
  }
}

/** Lets the operator choose the Python for the environment. False if they chose none. */
export async function choosePython(): Promise<boolean> {
  const [picked] =
    (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Choose Python…"), canSelectMany: false })) ?? [];
  if (picked === undefined) return false;
  const settings = vscode.workspace.getConfiguration("tierwise");
  await settings.update("server.python", picked.fsPath, vscode.ConfigurationTarget.Global);
  return true;
}
