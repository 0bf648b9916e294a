/** Switches the built-in rehearsal model. Only the operator does that. */
import * as vscode from "vscode";

export async function rehearse(on: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration("tierwise");
  await settings.update("rehearsal", on ? true : undefined, vscode.ConfigurationTarget.Global);
}
