/** The real server, spoken to over the transport that the extension uses; and what is told when there is none. */

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { minimatch } from "minimatch";
import {
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";

import { INSTALL, SELECTOR, explain, serverFrom, start } from "../src/server";

const SHORT = 'services:\n  web:\n    image: nginx\n    ports:\n      - "8080:80"  # the door\n';
const LONG = "services:\n  web:\n    image: nginx\n    ports:\n      - target: 80  # the door\n        published: \"8080\"\n";
const MISTAKE = "services:\n  web:\n    image: nginx\n    prots: []\n";

let server: ProtocolConnection;
const folder = mkdtempSync(join(tmpdir(), "composefmt-"));
const told = new Map<string, (params: PublishDiagnosticsParams) => void>();

before(async () => {
  const { process: child } = await start(serverFrom(process.env.COMPOSEFMT ?? "composefmt", ["lsp"], folder));
  server = createProtocolConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
  server.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => told.get(params.uri)?.(params));
  server.listen();
  const rootUri = pathToFileURL(folder).href;
  await server.sendRequest("initialize", { processId: process.pid, rootUri, capabilities: {} });
  await server.sendNotification("initialized", {});
});

after(async () => {
  await server.sendRequest("shutdown");
  await server.sendNotification("exit");
  server.end();
});

/** Opens a new file in the server; gives the document and what it is told about it. */
function open(name: string, text: string): { document: TextDocument; diagnostics: Promise<PublishDiagnosticsParams> } {
  const path = join(folder, name);
  writeFileSync(path, text);
  const document = TextDocument.create(pathToFileURL(path).href, "dockercompose", 1, text);
  const diagnostics = new Promise<PublishDiagnosticsParams>((resolve) => told.set(document.uri, resolve));
  void server.sendNotification("textDocument/didOpen", {
    textDocument: { uri: document.uri, languageId: document.languageId, version: 1, text },
  });
  return { document, diagnostics };
}

test("a mistake is told where it stands", async () => {
  const { diagnostics } = open("compose.yaml", MISTAKE);
  const found = (await diagnostics).diagnostics.find((one) => one.code === "unknown-key");
  assert.deepEqual(found?.range, { start: { line: 3, character: 4 }, end: { line: 3, character: 9 } });
  assert.match(String(found?.message), /unknown key "prots" in service "web"/);
});

test("formatting gives the long form and keeps the comment", async () => {
  const { document } = open("docker-compose.yml", SHORT);
  const options = { tabSize: 2, insertSpaces: true };
  const edits = await server.sendRequest("textDocument/formatting", { textDocument: { uri: document.uri }, options });
  assert.equal(TextDocument.applyEdits(document, edits as never), LONG);
});

test("a program that is not there: the message names the command that installs it", async () => {
  const missing = serverFrom("~/no such folder/composefmt", ["lsp"]);
  await assert.rejects(start(missing), (error) => {
    const { message, command } = explain(missing, error, "");
    return message.includes(missing.path) && !message.includes("~") && message.includes(INSTALL) && command === INSTALL;
  });
});

test("a program that stops at once: its last words are told", async () => {
  const other = serverFrom(process.execPath, ["-e", "console.error('first'); console.error('no room left'); process.exit(2)"]);
  const started = await start(other);
  await new Promise((resolve) => started.process.once("close", resolve));
  const { message, command } = explain(other, new Error("closed"), started.lastWords());
  assert.match(message, /: no room left$/);
  assert.equal(command, undefined);
});

test("another program of the same name: the message names this one", async () => {
  const other = serverFrom(process.execPath, ["-e", "console.error('Error: No such command \\'lsp\\'.'); process.exit(2)"]);
  const started = await start(other);
  await new Promise((resolve) => started.process.once("close", resolve));
  const { message, command } = explain(other, new Error("closed"), started.lastWords());
  assert.match(message, /another program of the same name/);
  assert.equal(command, INSTALL);
});

test("the path may begin with the folder of the workspace", () => {
  assert.equal(serverFrom("${workspaceFolder}/.venv/bin/composefmt", [], "/a/$&b").path, "/a/$&b/.venv/bin/composefmt");
});

test("other YAML files are left alone", () => {
  const patterns = SELECTOR.flatMap((one) => (one.language === "yaml" ? [one.pattern] : []));
  for (const [path, ours] of [
    ["/a/compose.yaml", true],
    ["/a/b/docker-compose.prod.yml", true],
    ["/a/compose/values.yaml", false],
    ["/a/my-compose.yaml", false],
    ["/a/compose.json", false],
  ] as const) {
    assert.deepEqual(patterns.map((pattern) => minimatch(path, pattern!)), patterns.map(() => ours), path);
  }
});
