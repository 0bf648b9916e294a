/** Adds "Auto (Tierwise)" to the editor's language models, if the editor accepts providers. */
import * as vscode from "vscode";
import type { Session } from "../server/session";
import { turn } from "./turn";

/** The used part of the provider interface. The oldest editor that we support lacks it. */
interface Provider {
  provideLanguageModelChatInformation(): readonly ModelInformation[];
  provideLanguageModelChatResponse(
    model: ModelInformation,
    messages: readonly Message[],
    options: unknown,
    progress: vscode.Progress<vscode.LanguageModelTextPart>,
    token: vscode.CancellationToken,
  ): Promise<void>;
  provideTokenCount(model: ModelInformation, text: string | Message): Promise<number>;
}

interface ModelInformation {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly version: string;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: { readonly toolCalling: boolean };
}

interface Message {
  readonly role: vscode.LanguageModelChatMessageRole;
  readonly content: readonly unknown[];
}

type Register = (vendor: string, provider: Provider) => vscode.Disposable;

/** Characters per token, only for the editor's own estimate. The server counts by itself. */
const CHARACTERS_PER_TOKEN = 3;
const VENDOR = "tierwise";
const AUTO: ModelInformation = {
  id: "auto",
  name: "Auto (Tierwise)",
  family: "tierwise",
  version: "1",
  maxInputTokens: 150_000,
  maxOutputTokens: 8_192,
  capabilities: { toolCalling: false },
};

/** Registers the provider. Does nothing if the editor accepts none. */
export function registerProvider(session: Session, log: vscode.LogOutputChannel): vscode.Disposable {
  const models = (vscode as Partial<typeof vscode>).lm as
    | { registerLanguageModelChatProvider?: Register }
    | undefined;
  const register = models?.registerLanguageModelChatProvider;
  if (typeof register !== "function") {
    log.info("this version of the editor takes no models of extensions, so its model picker has no Auto (Tierwise)");
    return new vscode.Disposable(() => undefined);
  }
  const provider = register(VENDOR, {
    provideLanguageModelChatInformation: () => [AUTO],
    async provideLanguageModelChatResponse(_, messages, __, progress, token) {
      const say = (text: string): void => {
        progress.report(new vscode.LanguageModelTextPart(text));
      };
      await turn(session, { prompt: transcript(messages) }, token, {
        decided: () => undefined,
        delta: say,
        // The editor cannot remove shown text, so a note says why the answer starts over.
        reset: (reason) => {
          say(`\n\n(${reason})\n\n`);
        },
      });
    },
    provideTokenCount: (_, text) =>
      Promise.resolve(Math.ceil((typeof text === "string" ? text : textOf(text)).length / CHARACTERS_PER_TOKEN)),
  });
  // The editor asks for our models only when a message needs one, too late for that message.
  // Selecting them here makes the editor ask before the first message.
  void Promise.resolve(vscode.lm.selectChatModels({ vendor: VENDOR })).catch(() => undefined);
  return provider;
}

/** The messages as one prompt. A single message is used as it is. */
export function transcript(messages: readonly Message[]): string {
  const texts = messages.map((message) => ({ message, text: textOf(message) }));
  const last = texts.at(-1);
  if (texts.length <= 1) return last?.text ?? "";
  const before = texts.slice(0, -1).map(({ message, text }) => {
    const who = message.role === vscode.LanguageModelChatMessageRole.Assistant ? "Assistant" : "User";
    return `${who}: ${text}`;
  });
  return `${before.join("\n\n")}\n\nUser: ${last?.text ?? ""}`;
}

function textOf({ content }: Message): string {
  return content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ""))
    .join("");
}
