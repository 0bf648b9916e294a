/** Makes `@tierwise` a participant of the editor's own chat, if the editor has participants. */
import * as vscode from "vscode";
import type { Session } from "../server/session";
import type { SetUp } from "../setup/setup";
import { turn } from "./turn";

/** Registers `@tierwise`. Does nothing if the editor has no participants. */
export function registerParticipant(
  session: Session,
  setUp: SetUp,
  extension: vscode.ExtensionContext,
): vscode.Disposable {
  const chat = (vscode as Partial<typeof vscode>).chat;
  if (typeof chat?.createChatParticipant !== "function") return new vscode.Disposable(() => undefined);
  const participant = chat.createChatParticipant("tierwise.participant", async (request, context, stream, token) => {
    const conversationId = conversationOf(context) ?? `editor-${Math.random().toString(36).slice(2, 10)}`;
    const { need } = setUp.state;
    if (need !== undefined) {
      stream.markdown(
        need === "key"
          ? vscode.l10n.t("No key is set, so no model can answer yet.")
          : vscode.l10n.t("Tierwise has no Python environment yet."),
      );
      stream.button({ command: "tierwise.ui.chat", title: vscode.l10n.t("Set Up") });
      return { metadata: { conversationId } };
    }
    const references = request.references.flatMap(({ value }) =>
      value instanceof vscode.Uri
        ? [{ uri: value.toString() }]
        : value instanceof vscode.Location
          ? [{ uri: value.uri.toString(), range: value.range }]
          : [],
    );
    try {
      await turn(session, { prompt: request.prompt, conversationId, references }, token, {
        // The tier is shown before the first word, as everywhere.
        decided: (decision) => {
          stream.markdown(`**${escaped(decision.headline)}** · ${escaped(decision.because)}\n\n`);
        },
        delta: (text) => {
          stream.markdown(text);
        },
        reset: (reason) => {
          stream.markdown(`\n\n---\n\n*${escaped(reason)}*\n\n`);
        },
      });
      return { metadata: { conversationId } };
    } catch (error) {
      return {
        errorDetails: { message: error instanceof Error ? error.message : String(error) },
        metadata: { conversationId },
      };
    }
  });
  participant.iconPath = vscode.Uri.joinPath(extension.extensionUri, "media", "tierwise.svg");
  return vscode.Disposable.from(participant);
}

function conversationOf({ history }: vscode.ChatContext): string | undefined {
  for (const one of [...history].reverse()) {
    const result = "result" in one ? (one.result.metadata?.conversationId as unknown) : undefined;
    if (typeof result === "string") return result;
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, "\\$&");
}
