/** The language client: starts `composefmt lsp` when the first Compose file is opened, and reports if it cannot. */

import * as vscode from "vscode";
import { CloseAction, LanguageClient } from "vscode-languageclient/node";

import { SELECTOR, type Started, explain, serverFrom, start } from "./server";

let client: LanguageClient | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("composefmt", { log: true });
  const status = vscode.languages.createLanguageStatusItem("composefmt", SELECTOR);
  status.name = "composefmt";
  status.command = { title: "Restart", command: "composefmt.restart" };

  let wanted = false;
  let work = Promise.resolve();
  const restart = (): Promise<void> => {
    wanted = true;
    work = work.then(stop).then(() => launch(output, status));
    return work;
  };
  const startFor = (document: vscode.TextDocument): void => {
    if (!wanted && vscode.languages.match(SELECTOR, document) > 0) {
      void restart();
    }
  };

  context.subscriptions.push(
    output,
    status,
    vscode.commands.registerCommand("composefmt.restart", restart),
    vscode.commands.registerCommand("composefmt.showOutput", () => output.show()),
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (wanted && (event.affectsConfiguration("composefmt.path") || event.affectsConfiguration("composefmt.args"))) {
        void restart();
      }
    }),
  );
  vscode.workspace.textDocuments.forEach(startFor);
}

export function deactivate(): Promise<void> {
  return stop();
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

async function launch(output: vscode.LogOutputChannel, status: vscode.LanguageStatusItem): Promise<void> {
  const settings = vscode.workspace.getConfiguration("composefmt");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const server = serverFrom(settings.get("path", "composefmt"), settings.get("args", ["lsp"]), folder);
  let started: Started | undefined;
  let up = false;
  try {
    started = await start(server);
    let first: Started | undefined = started;
    const next: LanguageClient = new LanguageClient(
      "composefmt",
      "composefmt",
      async () => {
        started = first ?? (await start(server));
        first = undefined;
        return started.process;
      },
      {
        documentSelector: SELECTOR,
        outputChannel: output,
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (error, message, count) => usual.error(error, message, count),
          closed: () => (up ? usual.closed() : { action: CloseAction.DoNotRestart, handled: true }),
        },
      },
    );
    const usual = next.createDefaultErrorHandler();
    client = next;
    await next.start();
    up = true;
    status.text = "composefmt";
    status.detail = next.initializeResult?.serverInfo?.version;
    status.severity = vscode.LanguageStatusSeverity.Information;
  } catch (error) {
    client = undefined;
    const { message, command } = explain(server, error, started?.lastWords() ?? "");
    output.error(message);
    status.text = "composefmt is not running";
    status.detail = message;
    status.severity = vscode.LanguageStatusSeverity.Error;
    void tell(message, command);
  }
}

async function tell(message: string, command: string | undefined): Promise<void> {
  const copy = "Copy Command";
  const settings = "Open Settings";
  const chosen = await vscode.window.showErrorMessage(message, ...(command ? [copy] : []), settings);
  if (chosen === copy && command) {
    await vscode.env.clipboard.writeText(command);
  } else if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "composefmt.path");
  }
}
