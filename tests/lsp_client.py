"""A small editor: it starts the language server as a process of its own and speaks the protocol over its pipes."""

import json
import queue
import subprocess
import threading

from running import COMMAND, environment

URI = "file:///nowhere/compose.yaml"


class Client:
    """Requests are answered one after the other; what the server says in between is kept in `notifications`."""

    def __init__(self, cwd, *, capabilities=None, root=None, start=True, options=None):
        self.process = subprocess.Popen(
            [*COMMAND, "lsp", "--stdio"], cwd=cwd, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.incoming = queue.Queue()
        self.notifications = []
        self.requests = []
        self.number = 0
        self.texts = {}
        self.versions = {}
        threading.Thread(target=self._read, daemon=True).start()
        if start:
            self.server = self.request(
                "initialize",
                processId=None,
                rootUri=root.as_uri() if root else None,
                capabilities=capabilities or {},
                initializationOptions=options,
            )
            self.notify("initialized")

    def _read(self):
        out = self.process.stdout
        while header := out.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                assert name in (b"Content-Length", b"Content-Type"), header
                length = int(value) if name == b"Content-Length" else length
                header = out.readline()
            self.incoming.put(json.loads(out.read(length)))
        self.incoming.put(None)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _next(self, timeout):
        message = self.incoming.get(timeout=timeout)
        assert message is not None, self.process.stderr.read().decode()
        if "method" in message:
            (self.requests if "id" in message else self.notifications).append(message)
            if "id" in message:
                self.send({"id": message["id"], "result": None})
        return message

    def request(self, method, timeout=60, **params):
        """The result of a request; fails on an error."""
        answer = self.answer(method, timeout, **params)
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, method, timeout=60, **params):
        """The whole answer to a request, be it a result or an error."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params or None})
        while True:
            message = self._next(timeout)
            if message.get("id") == self.number and "method" not in message:
                return message

    def notify(self, method, **params):
        self.send({"method": method, "params": params})

    def wait_for(self, method, when=lambda _: True, timeout=60):
        """The parameters of the next notification of a kind; those that came before and were not asked for count."""
        while True:
            for index, message in enumerate(self.notifications):
                if message["method"] == method and when(message["params"]):
                    del self.notifications[: index + 1]
                    return message["params"]
            self._next(timeout)

    def open(self, text, uri=URI, language="dockercompose"):
        self.versions[uri] = 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=document)
        return uri

    def change(self, *changes, uri=URI):
        """Changes are texts (the whole document) or pairs of a range and its new text."""
        self.versions[uri] += 1
        made = [{"text": c} if isinstance(c, str) else {"range": c[0], "text": c[1]} for c in changes]
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": self.versions[uri]}, contentChanges=made)

    def close(self, uri=URI):
        self.notify("textDocument/didClose", textDocument={"uri": uri})

    def diagnostics(self, uri=URI, timeout=60):
        """What the server says of the text as it is now."""
        version = self.versions[uri]
        return self.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri and p.get("version") == version, timeout)[
            "diagnostics"
        ]

    def ask(self, method, uri=URI, timeout=60, **params):
        """The answer to a request about a document."""
        return self.request(f"textDocument/{method}", timeout, textDocument={"uri": uri}, **params)

    def stop(self):
        """Shut the server down as the protocol says; its exit status."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def apply(text, edits):
    """A text with an editor's edits made; columns are UTF-16 units."""
    lines = text.split("\n")

    def offset(position):
        line = lines[position["line"]].encode("utf-16-le")
        return sum(len(each) + 1 for each in lines[: position["line"]]) + len(line[: 2 * position["character"]].decode("utf-16-le"))

    spans = sorted((offset(e["range"]["start"]), offset(e["range"]["end"]), e["newText"]) for e in edits)
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text
