/** API keys: kept in the editor's secret store, and given to the server only by environment. */
import * as vscode from "vscode";

export const USUAL = "ANTHROPIC_API_KEY";
const PREFIX = "tierwise.key.";
const ASKED = "tierwise.keyNames";

export class Keys {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    /** Returns the environment variables from which the configured tiers read their keys. */
    private readonly configured: () => readonly string[],
    /** Remembers the variables that a server asked for and that no setting of the editor names. */
    private readonly memory: vscode.Memento,
  ) {}

  /** Fires when a key was set or removed, in this window or another. */
  onDidChange(listener: () => void): vscode.Disposable {
    return this.secrets.onDidChange((event) => {
      if (event.key.startsWith(PREFIX)) listener();
    });
  }

  /** The environment variables with keys for a server. */
  async environment(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of this.names()) {
      const key = await this.secrets.get(PREFIX + name);
      if (key !== undefined) found[name] = key;
    }
    return found;
  }

  /** Asks for a key and keeps it. `wanted` is its variable. False if the operator cancels. */
  async ask(wanted?: string): Promise<boolean> {
    const name = wanted ?? (await this.which(vscode.l10n.t("Which key?")));
    if (name === undefined) return false;
    if (!this.names().includes(name)) await this.memory.update(ASKED, [...this.names(), name]);
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t("Tierwise: Set API Key"),
      prompt: vscode.l10n.t("{0}: kept in the secret store of the editor, given to the server alone.", name),
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) =>
        /^[\x21-\x7e]*$/.test(value.trim()) ? undefined : vscode.l10n.t("A key has no spaces or accents."),
    });
    if (key === undefined || key.trim() === "") return false;
    await this.secrets.store(PREFIX + name, key.trim());
    return true;
  }

  /** Lets the operator choose a key, and forgets it. */
  async remove(): Promise<void> {
    const name = await this.which(vscode.l10n.t("Remove which key?"));
    if (name !== undefined) await this.secrets.delete(PREFIX + name);
  }

  private names(): readonly string[] {
    return [...new Set([...this.configured(), ...this.memory.get<readonly string[]>(ASKED, [])])];
  }

  private async which(title: string): Promise<string | undefined> {
    const names = this.names();
    return names.length === 1 ? names[0] : vscode.window.showQuickPick(names, { title });
  }
}

/** The variables that the configured tiers name, the default one first. */
export function keyNames(tiers: unknown): readonly string[] {
  const named = Array.isArray(tiers)
    ? tiers.map((tier: unknown) => (tier as { apiKeyEnv?: unknown } | null)?.apiKeyEnv)
    : [];
  const valid = named.filter((name): name is string => typeof name === "string" && /^[A-Z_][A-Z0-9_]*$/i.test(name));
  return [...new Set([USUAL, ...valid])];
}
