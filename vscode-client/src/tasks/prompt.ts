/**
 * The inline prompt: one line for the instruction. Below it stands the forecast while the operator
 * types. A first word such as `@haiku` chooses the tier for this task; the server reads it.
 */
import * as vscode from "vscode";
import type { TaskStart } from "../server/messages";
import type { Session } from "../server/session";
import { amount } from "./words";

/** Milliseconds without typing after which a forecast is asked for. */
const REST = 120;

export async function askInstruction(session: Session, params: TaskStart): Promise<string | undefined> {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t("Tierwise: Edit");
  box.placeholder = vscode.l10n.t("What should change? @{0} as first word chooses the tier.", session.tiers[0] ?? "");
  box.ignoreFocusOut = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const forecast = async (): Promise<void> => {
    const mine = ++asked;
    const shown = await forecastOf(session, { ...params, instruction: box.value });
    if (mine !== asked) return;
    box.prompt = shown.text;
    box.validationMessage = shown.wrong ? shown.text : undefined;
  };
  void forecast();
  try {
    return await new Promise((resolve) => {
      box.onDidChangeValue(() => {
        clearTimeout(timer);
        timer = setTimeout(() => void forecast(), REST);
      });
      box.onDidAccept(() => {
        const text = box.value.trim();
        if (text !== "" && box.validationMessage === undefined) resolve(text);
      });
      box.onDidHide(() => {
        resolve(undefined);
      });
      box.show();
    });
  } finally {
    clearTimeout(timer);
    asked += 1;
    box.dispose();
  }
}

/** The forecast, such as "Haiku 93 % · 0.04¢", or the server's sentence on what is wrong. */
async function forecastOf(session: Session, params: TaskStart): Promise<{ text: string; wrong: boolean }> {
  try {
    const decision = await session.request("tierwise/route/explain", params);
    const cost = decision.costUsd[decision.answering];
    const priced = cost === undefined ? "" : ` · ${amount(cost)}`;
    return { text: `${decision.headline}${priced}`, wrong: false };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), wrong: true };
  }
}
