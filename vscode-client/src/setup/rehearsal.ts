/** Switches the built-in rehearsal model. Only the operator does that. */
import * as vscode from "vscode";

export async function rehearse(on: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration("tierwise");
  // Where the setting is not what began it the operator's own file is, and the setting says no to that.
  const off = settings.inspect<boolean>("rehearsal")?.globalValue === true ? undefined : false;
  await settings.update("rehearsal", on ? true : off, vscode.ConfigurationTarget.Global);
}
