/** The built-in rehearsal model, chosen or left by the operator alone. */
import * as vscode from "vscode";

export async function rehearse(on: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration("tierwise");
  await settings.update("rehearsal", on ? true : undefined, vscode.ConfigurationTarget.Global);
}
