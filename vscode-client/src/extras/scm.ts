/** "Generate message" at the input box of source control, if the editor's git extension is on. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { Session } from "../server/session";
import type { SetUp } from "../setup/setup";

/** The used part of the git extension's interface. */
interface Git {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  diff(cached?: boolean): Promise<string>;
}

/**
 * Writes a commit message for the staged changes, or else for all changes, into the input box of
 * a repository. If that fails, the old text comes back. Without any change no model is called.
 */
export async function generateMessage(session: Session, setUp: SetUp, of: unknown): Promise<void> {
  const repository = await repositoryOf(of);
  if (repository === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: there is no git repository here."));
    return;
  }
  const diff = (await repository.diff(true)) || (await repository.diff());
  if (diff.trim() === "") {
    void vscode.window.showInformationMessage(vscode.l10n.t("Tierwise: there is nothing to commit."));
    return;
  }
  if (!(await setUp.ready())) return;
  const { inputBox } = repository;
  const before = inputBox.value;
  const taskId = randomUUID().slice(0, 12);
  let text = "";
  const stream = session.onDidStream((event) => {
    if (event.taskId !== taskId) return;
    if (event.kind === "delta") text += event.delta ?? "";
    if (event.kind === "reset") text = "";
    inputBox.value = text;
  });
  let heard: vscode.Disposable | undefined;
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.SourceControl, title: vscode.l10n.t("Writing a commit message") },
      () => new Promise<void>((resolve, reject) => {
        heard = session.onDidChangeTask((task) => {
          if (task.taskId !== taskId) return;
          if (task.state === "answered") resolve();
          if (task.state === "failed") reject(new Error(task.error?.message));
          if (task.state === "cancelled") reject(new Error(vscode.l10n.t("Stopped")));
        });
        const instruction = `\n\n${diff}`;
        session.request("tierwise/task/start", { taskId, action: "commit", instruction }).catch(reject);
      }),
    );
    inputBox.value = text.trim();
  } catch (error) {
    inputBox.value = before;
    throw error;
  } finally {
    stream.dispose();
    heard?.dispose();
  }
}

/** The repository of a source control, else that of the active file, else the first one. */
async function repositoryOf(of: unknown): Promise<Repository | undefined> {
  const git = vscode.extensions.getExtension<Git>("vscode.git");
  if (git === undefined) return undefined;
  const { repositories } = (await git.activate()).getAPI(1);
  const root = (of as { rootUri?: vscode.Uri } | undefined)?.rootUri?.toString();
  const front = vscode.window.activeTextEditor?.document.uri.path ?? "";
  return (
    repositories.find(({ rootUri }) => rootUri.toString() === root) ??
    repositories.find(({ rootUri }) => front.startsWith(`${rootUri.path}/`)) ??
    repositories[0]
  );
}
