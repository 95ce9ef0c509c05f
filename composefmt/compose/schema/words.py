"""The vocabulary of schema messages: names of elements, types of values, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.syntax.scalars import Timestamp

if TYPE_CHECKING:
    from composefmt.compose.schema.shapes import Shape

Path = tuple["str | int", ...]

# The top-level sections and the names of their elements.
SECTIONS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
    "models": "model",
    "jobs": "job",
}

_MANY = 40


def subject(path: Path) -> str:
    """Name a path at the start of a message: `service "web": deploy.resources`, `service "web": item 1 of ports`, `file`."""
    if not path:
        return "file"
    head, rest = "", path
    if len(path) > 1 and path[0] in SECTIONS:
        head, rest = f'{SECTIONS[str(path[0])]} "{path[1]}"', path[2:]
    parts = [head] if head else []
    keys: list[str] = []
    for part in rest:
        if isinstance(part, str):
            keys.append(part)
        else:
            parts.append(f"item {part + 1} of {'.'.join(keys)}" if keys else f"item {part + 1}")
            keys = []
    return ": ".join([*parts, ".".join(keys)] if keys else parts)


def owned(path: Path) -> str:
    """Name a path inside a message, owner last: `deploy.resources of service "web"`, `item 1 of ports of service "web"`."""
    owner, colon, rest = subject(path).partition(": ")
    return " of ".join([*reversed(rest.split(": ")), owner]) if colon and len(path) > 1 and path[0] in SECTIONS else subject(path)


def found(value: object) -> str:
    """Describe an actual value: `a list`, `the number 3`, `empty`, `"text"`."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return written(value)
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    if isinstance(value, Timestamp):
        return f"a timestamp ({value.written})"
    return quoted(str(value))


def written(value: object) -> str:
    """Return a single value as unquoted YAML; null is an empty string."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def quoted(text: str) -> str:
    """Return a string in quotes, on one line, shortened if long."""
    text = text.replace("\n", "\\n").replace("\r", "\\r")
    return f'"{text}"' if len(text) <= _MANY else f'"{text[: _MANY - 3]}..."'


def one_of(words: list[str]) -> str:
    """Join alternatives: `a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


# Names of string formats; the others are covered by the other kinds of their field.
_FORMATS = {"duration": "a duration", "size": "a size", "count": '"all"'}


def allowed(shape: Shape) -> str:
    """Describe the allowed types of a location; null is omitted."""
    text = shape.get("text", {})
    name = text.get("format", "")
    words = []
    if "list" in shape:
        words.append("a list")
    if "bool" in shape or name == "boolean":
        words += ["true", "false"]
    if "number" in shape:
        words.append("an integer" if shape["number"].get("whole") else "a number")
    if "map" in shape:
        words.append("a mapping")
    if "text" in shape and (not name or name in _FORMATS):
        words.append(quoted(text["enum"][0]) if len(text.get("enum", [])) == 1 else _FORMATS.get(name, "a string"))
    return one_of(words)


# Examples for fields that are often written wrongly, of services and their parts.
EXAMPLES = {
    "args": "args: {VERSION: 1.2.3}",
    "build": "build: ./app",
    "cap_add": "cap_add: [NET_ADMIN]",
    "cap_drop": "cap_drop: [ALL]",
    "command": 'command: ["npm", "start"]',
    "configs": "configs: [app_config]",
    "constraints": 'constraints: ["node.role == worker"]',
    "container_name": "container_name: web-1",
    "cpus": 'cpus: "0.5"',
    "depends_on": "depends_on: [db]",
    "deploy": "deploy: {replicas: 2}",
    "develop": "develop: {watch: [{path: ./src, action: rebuild}]}",
    "devices": 'devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]',
    "dns": "dns: [1.1.1.1]",
    "driver_opts": "driver_opts: {type: nfs}",
    "entrypoint": 'entrypoint: ["/docker-entrypoint.sh"]',
    "env_file": "env_file: [.env.web]",
    "environment": "environment: {LOG_LEVEL: debug}",
    "expose": 'expose: ["8080"]',
    "extra_hosts": 'extra_hosts: ["host.docker.internal:host-gateway"]',
    "healthcheck": 'healthcheck: {test: ["CMD", "curl", "-f", "http://localhost"]}',
    "image": "image: nginx:1.27",
    "labels": "labels: {com.example.team: web}",
    "links": "links: [db]",
    "logging": "logging: {driver: local}",
    "networks": "networks: [backend]",
    "ports": 'ports: ["8080:80"]',
    "profiles": "profiles: [debug]",
    "resources": 'resources: {limits: {memory: 512m, cpus: "0.5"}}',
    "restart": "restart: unless-stopped",
    "secrets": "secrets: [db_password]",
    "security_opt": "security_opt: [no-new-privileges]",
    "sysctls": "sysctls: {net.core.somaxconn: 1024}",
    "test": 'test: ["CMD", "curl", "-f", "http://localhost"]',
    "tmpfs": "tmpfs: [/run]",
    "ulimits": "ulimits: {nofile: 65536}",
    "volumes": 'volumes: ["./data:/var/lib/data"]',
    "watch": "watch: [{path: ./src, action: rebuild}]",
}

# Examples for the top level, if a section differs from the service field of the same name.
TOP_EXAMPLES = {
    "configs": "configs: {app_config: {file: ./app.conf}}",
    "include": "include: [./db/compose.yaml]",
    "models": "models: {llm: {model: ai/smollm2}}",
    "name": "name: shop",
    "networks": "networks: {backend: {}}",
    "secrets": "secrets: {db_password: {file: ./db_password.txt}}",
    "services": "services: {web: {image: nginx}}",
    "volumes": "volumes: {data: {}}",
}

# For each string format, the violated rule and the remedy.
FORMAT_RULES = {
    "cpus": ("invalid-cpus", 'use a number of CPUs, such as "0.5" or 2'),
    "duration": ("invalid-duration", 'use numbers with units (ns, us, ms, s, m, h, d, w), such as "1m30s"'),
    "size": ("invalid-bytes", 'use a number with a unit (b, k, m, g, t or p), such as "512m" or "1.5g"'),
}
FORMAT_HELP = {
    "boolean": "use true or false",
    "count": "use an integer or all",
    "decimal": "use a number, such as 0.5",
    "file-mode": 'use quoted octal digits, such as "0440"',
    "integer": "use an integer in decimal digits",
    "umask": 'use octal digits, such as "0022"',
}
PATTERN_HELP = {
    "pull_policy": "use always, never, missing, build, daily, weekly or every_ with a duration, such as every_12h",
    "container_name": "start with a letter or digit, followed by letters, digits, _, . and -",
}
NAME_HELP = "use letters, digits, dots, dashes and underscores"
