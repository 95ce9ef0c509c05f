/**
 * The extension in the real VS Code, in a real Chromium: it tells mistakes and formats on save; and a picture of it.
 *
 * Usage: node browser.mjs FOLDER PICTURE, where FOLDER has the npm packages code-server and playwright-core. COMPOSEFMT names
 * the program to use, CHROMIUM the browser. Not part of the tests, since these packages take minutes to install: see
 * `make vscode-picture`.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [packages, picture] = process.argv.slice(2);
const extension = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(resolve(packages), "package.json"))("playwright-core");
const codeServer = join(resolve(packages), "node_modules/code-server/out/node/entry.js");
const port = 8765;

const SHORT = `services:
  web:
    image: nginx:1.27
    ports:
      - "8080:80"  # the door
    depend_on: [db]
  db:
    image: postgres:16
    volumes:
      - data/var/lib/postgresql/data
      - backup:/backup:ro
`;

const home = mkdtempSync(join(tmpdir(), "composefmt-vscode-"));
const shop = join(home, "shop");
const file = join(shop, "compose.yaml");
const user = join(home, "user");
mkdirSync(shop);
mkdirSync(join(user, "User"), { recursive: true });
writeFileSync(file, SHORT);
const settings = {
  ...JSON.parse(readFileSync(join(extension, "..", "vscode.json"), "utf8")),
  "composefmt.path": process.env.COMPOSEFMT ?? "composefmt",
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Light Modern",
  "editor.minimap.enabled": false,
  "window.commandCenter": false,
  "chat.commandCenter.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};
writeFileSync(join(user, "User", "settings.json"), JSON.stringify(settings));
const places = ["--user-data-dir", user, "--extensions-dir", join(home, "extensions")];
const vsix = join(extension, "dist", "composefmt.vsix");
execFileSync(process.execPath, [codeServer, ...places, "--install-extension", vsix], { stdio: "inherit" });

const server = spawn(
  process.execPath,
  [codeServer, ...places, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", shop],
  { stdio: "ignore" },
);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 820, height: 560 } });
  await reach(`http://127.0.0.1:${port}/healthz`);
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(shop)}`);
  await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
  await page.locator(".explorer-folders-view").getByText("compose.yaml").dblclick({ timeout: 60_000 });
  await page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
  await page.keyboard.press("Control+Shift+M");
  await page.locator(".markers-panel .monaco-list-row").nth(1).waitFor();
  const told = await page.locator(".markers-panel").innerText();
  assert.match(told, /unknown key "depend_on"/);
  await page.keyboard.press("Control+B");
  await page.mouse.move(0, 0);
  await sleep(1500); // what moves has come to rest
  await page.screenshot({ path: picture });

  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+S");
  for (let tries = 0; readFileSync(file, "utf8") === SHORT; tries++) {
    assert(tries < 100, "saving did not format the file");
    await sleep(100);
  }
  assert.match(readFileSync(file, "utf8"), /- target: 80 {2}# the door\n {8}published: "8080"\n/);

  writeFileSync(join(user, "User", "settings.json"), JSON.stringify({ ...settings, "composefmt.path": "/nowhere/composefmt" }));
  const toast = page.locator(".notifications-toasts").getByText("composefmt was not found");
  await page.reload();
  await toast.waitFor({ timeout: 60_000 });
  assert.match(await toast.innerText(), /pipx install "composefmt\[lsp\]"/);
  console.log("mistakes were told, saving formatted the file, and a missing program is explained");
} finally {
  await browser.close();
  server.kill();
  await new Promise((done) => server.once("exit", done));
  rmSync(home, { recursive: true, force: true });
}

/** Waits until the server answers. */
async function reach(address) {
  for (let tries = 0; tries < 150; tries++) {
    if ((await fetch(address).catch(() => undefined))?.ok) {
      return;
    }
    await sleep(200);
  }
  throw new Error(`no answer from ${address}`);
}
