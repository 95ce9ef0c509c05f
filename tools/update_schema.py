"""Replace the pinned schema by a newer one, or check that the pinned one is what schemas/README.md says.

Usage: update_schema.py [FILE VERSION]
"""

import hashlib
import re
import sys
from pathlib import Path

SCHEMAS = Path(__file__).parents[1] / "schemas"
PINNED, README = SCHEMAS / "compose-spec.json", SCHEMAS / "README.md"


def main(arguments: list[str]) -> int:
    """Exit status 0 where all is well."""
    readme = README.read_text(encoding="utf-8")
    if len(arguments) == 2:
        data = Path(arguments[0]).read_bytes()
        PINNED.write_bytes(data)
        readme = re.sub(r"`[0-9a-f]{64}`", f"`{hashlib.sha256(data).hexdigest()}`", readme)
        README.write_text(re.sub(r"(\| version \| )\S+", rf"\g<1>{arguments[1]}", readme), encoding="utf-8")
    elif arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    if hashlib.sha256(PINNED.read_bytes()).hexdigest() not in README.read_text(encoding="utf-8"):
        sys.stderr.write("schemas/compose-spec.json is not the file that schemas/README.md records\n")
        return 1
    print(f"{PINNED.name} is the recorded file")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
