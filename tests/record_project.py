"""Record the reference's models of the projects in `tests/cases/project`: `make record-projects`.

    python tests/record_project.py REFERENCE

REFERENCE is the program in `tests/oracle`. If it refuses a project, composefmt's
message is kept; if the two disagree on whether a project can be loaded, the case is named and the run fails.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from project_cases import ROOT, ProjectCase, read  # noqa: E402


def ask(reference: str, case: ProjectCase, directory: Path) -> dict:
    files = [os.fspath(path) for path in case.write(directory)]
    job = json.dumps({"files": files, "mode": "full", "profiles": case.profiles})
    done = subprocess.run([reference], input=job + "\n", capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> int:
    os.environ["HOME"] = "/home/user"
    failed = 0
    for path in sorted(ROOT.glob("*.yaml")):
        cases = read(path)
        for case in cases:
            with tempfile.TemporaryDirectory() as name:
                directory = Path(os.path.realpath(name))
                answer = ask(sys.argv[1], case, directory)
                kind, text = case.actual(directory)
                if answer["ok"] != (kind == "model"):
                    failed += 1
                    print(f"{case.id}: the reference says {answer.get('error', 'that it loads')}, composefmt {text[:200]}")
                elif answer["ok"] and json.loads(text) != answer["model"]:
                    failed += 1
                    print(f"{case.id}: the models differ")
                case.kind = "model" if answer["ok"] else "refused"
                case.expected = json.dumps(answer["model"], indent=1, ensure_ascii=False) + "\n" if answer["ok"] else text
        path.write_text("".join(case.written() for case in cases), encoding="utf-8")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
