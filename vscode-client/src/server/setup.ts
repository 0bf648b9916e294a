/** Offering to make the server's environment, and making it where the operator can watch. */
import * as vscode from "vscode";
import { carriedWheel, makeEnvironment, type Places } from "./environment";
import { findPython } from "./python";

/** Tell that there is no environment and offer one; true once it was made. */
export async function offer(make: () => Promise<boolean>): Promise<boolean> {
  const create = vscode.l10n.t("Create");
  const choose = vscode.l10n.t("Choose Python…");
  const picked = await vscode.window.showInformationMessage(
    vscode.l10n.t("Tierwise runs in a Python environment of its own. Create it? It is downloaded once."),
    create,
    choose,
    vscode.l10n.t("Not Now"),
  );
  if (picked === choose) return (await choosePython()) && make();
  return picked === create && make();
}

/** Make the environment with progress and a way out; false where it was not made, with the reason told. */
export async function make(places: Places, log: vscode.LogOutputChannel): Promise<boolean> {
  const wheel = await carriedWheel(places);
  if (wheel === undefined) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t("This build carries no server. Set tierwise.server.command to one."),
    );
    return false;
  }
  const chosen = vscode.workspace.getConfiguration("tierwise").get<string>("server.python");
  const python = await findPython(chosen === "" ? undefined : chosen, places.platform);
  if (python === undefined) return (await noPython(chosen)) && make(places, log);
  try {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Tierwise: creating its Python environment"),
        cancellable: true,
      },
      (_, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => {
          stop.abort();
        });
        return makeEnvironment(places, python, wheel, log, stop.signal);
      },
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return false;
    const why = error instanceof Error ? error.message : String(error);
    log.error(`the environment was not made: ${why}`);
    const showLog = vscode.l10n.t("Show Log");
    const text = vscode.l10n.t("The Python environment could not be made: {0}", why);
    if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) log.show();
    return false;
  }
}

async function noPython(chosen: string | undefined): Promise<boolean> {
  const choose = vscode.l10n.t("Choose Python…");
  const text = chosen
    ? vscode.l10n.t("{0} is not a Python 3.11 or newer.", chosen)
    : vscode.l10n.t("No Python 3.11 or newer was found.");
  return (await vscode.window.showErrorMessage(text, choose)) === choose && choosePython();
}

async function choosePython(): Promise<boolean> {
  const [picked] =
    (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Choose Python…"), canSelectMany: false })) ?? [];
  if (picked === undefined) return false;
  const settings = vscode.workspace.getConfiguration("tierwise");
  await settings.update("server.python", picked.fsPath, vscode.ConfigurationTarget.Global);
  return true;
}
