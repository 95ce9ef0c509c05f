/** How the language server is found and started, and what to tell when it can't be: all that needs no VS Code. */

import { type ChildProcess, spawn } from "node:child_process";
import { homedir } from "node:os";

/** VS Code opens well-known file names as `dockercompose`, others (and older versions all) as `yaml`. */
export const SELECTOR: { scheme: string; language: string; pattern?: string }[] = ["file", "untitled"].flatMap((scheme) => [
  { scheme, language: "dockercompose" },
  { scheme, language: "yaml", pattern: "**/{compose,docker-compose}*.{yaml,yml}" },
]);

export const INSTALL = 'pipx install "composefmt-cli[lsp]"';

/** A program with its arguments, and the folder that it runs in. */
export interface Server {
  path: string;
  args: string[];
  folder?: string;
}

/** The server that the settings name; a leading `~` and `${workspaceFolder}` in its path are replaced. */
export function serverFrom(path: string, args: string[], folder?: string): Server {
  const replaced = path.replace(/^~(?=[\\/])/, () => homedir()).replaceAll("${workspaceFolder}", () => folder ?? ".");
  return { path: replaced, args, folder };
}

/** A running server with the end of what it wrote to its standard error, which says why it stopped. */
export interface Started {
  process: ChildProcess;
  lastWords: () => string;
}

/** Starts the server; rejects with the system's error where there is no such program. */
export function start(server: Server): Promise<Started> {
  return new Promise((resolve, reject) => {
    const process = spawn(server.path, server.args, { cwd: server.folder });
    let words = "";
    process.stderr.on("data", (data: Buffer) => {
      words = (words + data.toString("utf8")).slice(-2000);
    });
    process.once("error", reject);
    process.once("spawn", () => resolve({ process, lastWords: () => words.trim() }));
  });
}

/** What to tell when the server did not start: one sentence, and the command that helps if one does. */
export function explain(server: Server, error: unknown, lastWords: string): { message: string; command?: string } {
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    return { message: `composefmt was not found as "${server.path}". Install it: ${INSTALL}`, command: INSTALL };
  }
  const reason = lastWords.split("\n").at(-1) || (error instanceof Error ? error.message : String(error));
  if (lastWords.includes("composefmt-cli[lsp]")) {
    return { message: `composefmt is installed without its language server. Install it: ${INSTALL}`, command: INSTALL };
  }
  if (/no such command|invalid choice|unrecognized argument|unexpected argument/i.test(lastWords)) {
    const message = `"${server.path}" is another program of the same name, without a language server. Install this one: ${INSTALL}`;
    return { message, command: INSTALL };
  }
  return { message: `composefmt did not start ("${[server.path, ...server.args].join(" ")}"): ${reason}` };
}
