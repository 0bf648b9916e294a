/** What the rows of a menu would do and why, and the same rows with a tier of the operator's own. */
import * as vscode from "vscode";
import type { Explained, TaskStart } from "../server/messages";
import type { Session } from "../server/session";
import type { MenuRow } from "./codeActions";
import { amount, tierName } from "./words";

export class Choice {
  constructor(
    private readonly session: Session,
    private readonly start: (params: TaskStart) => Promise<unknown>,
    private readonly rehearses: () => boolean,
  ) {}

  /** Each row with the server's reason for its tier; the one that is picked runs. */
  async why(rows: readonly MenuRow[]): Promise<void> {
    const items = await Promise.all(rows.map(async (row) => ({ ...(await this.item(row)), row })));
    const title = vscode.l10n.t("Why these tiers? Pick a row to run it");
    const picked = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
    if (picked !== undefined) await this.start(picked.row.params);
  }

  /** One of the rows on a tier that the operator picks, for this task alone. */
  async another(rows: readonly MenuRow[]): Promise<void> {
    const actions = rows.map((row) => ({ label: row.title, row }));
    const picked = await vscode.window.showQuickPick(actions, { title: vscode.l10n.t("What should another tier do?") });
    if (picked === undefined) return;
    const { params } = picked.row;
    const decision = await this.session.request("tierwise/route/explain", params);
    const tiers = this.session.tiers.map((tier) => ({ label: tierName(tier), description: this.priced(decision, tier), tier }));
    const chosen = await vscode.window.showQuickPick(tiers, { title: vscode.l10n.t("Which tier, for this task alone?") });
    if (chosen !== undefined) await this.start({ ...params, tier: chosen.tier });
  }

  private async item({ title, params }: MenuRow): Promise<vscode.QuickPickItem> {
    try {
      const { shown } = await this.session.request("tierwise/route/explain", params);
      return { label: title, detail: shown.sentence };
    } catch (error) {
      return { label: title, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  private priced({ costUsd, answering }: Explained, tier: string): string {
    const cost = this.rehearses() ? 0 : costUsd[tier];
    return [
      ...(cost === undefined ? [] : [amount(cost)]),
      ...(tier === answering ? [vscode.l10n.t("current")] : []),
    ].join(" · ");
  }
}
