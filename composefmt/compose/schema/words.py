"""The words of Compose for what the schema says in its own: names of things, kinds of values, examples."""

from __future__ import annotations

Path = tuple["str | int", ...]

# The top-level sections, and what one of their elements is called.
SECTIONS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
    "models": "model",
    "jobs": "job",
}

KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "empty",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

# An example for fields that are often written wrongly.
EXAMPLES = {
    "build": "build: ./app",
    "cap_add": "cap_add: [NET_ADMIN]",
    "command": 'command: ["npm", "start"]',
    "configs": "configs: [app_config]",
    "container_name": "container_name: web-1",
    "cpus": 'cpus: "0.5"',
    "depends_on": "depends_on: [db]",
    "deploy": "deploy: {replicas: 2}",
    "devices": 'devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]',
    "dns": "dns: [1.1.1.1]",
    "entrypoint": 'entrypoint: ["/docker-entrypoint.sh"]',
    "env_file": "env_file: [.env.web]",
    "environment": "environment: {LOG_LEVEL: debug}",
    "expose": 'expose: ["8080"]',
    "extra_hosts": 'extra_hosts: ["host.docker.internal:host-gateway"]',
    "healthcheck": 'healthcheck: {test: ["CMD", "curl", "-f", "http://localhost"]}',
    "image": "image: nginx:1.27",
    "labels": "labels: {com.example.team: web}",
    "logging": "logging: {driver: local}",
    "networks": "networks: [backend]",
    "ports": 'ports: ["8080:80"]',
    "profiles": "profiles: [debug]",
    "restart": "restart: unless-stopped",
    "secrets": "secrets: [db_password]",
    "security_opt": "security_opt: [no-new-privileges]",
    "services": "services: {web: {image: nginx}}",
    "tmpfs": "tmpfs: [/run]",
    "ulimits": "ulimits: {nofile: 65536}",
    "user": 'user: "1000:1000"',
    "volumes": 'volumes: ["./data:/var/lib/data"]',
}

# Keys that people write, and what Compose calls them, where the letters alone do not show it.
KNOWN_AS = {
    "cmd": "command",
    "container": "container_name",
    "cpu": "cpus",
    "dependencies": "depends_on",
    "env": "environment",
    "env-file": "env_file",
    "envs": "environment",
    "exposes": "expose",
    "hosts": "extra_hosts",
    "mem": "mem_limit",
    "memory": "mem_limit",
    "mount": "volumes",
    "mounts": "volumes",
    "port": "ports",
    "require": "depends_on",
    "requires": "depends_on",
    "restart_policy": "restart",
    "variables": "environment",
    "workdir": "working_dir",
}


def subject(path: Path) -> str:
    """What a path is about: `service "web": deploy.resources`, `the file`."""
    if not path:
        return "the file"
    head, rest = "", path
    if len(path) > 1 and path[0] in SECTIONS:
        head, rest = f'{SECTIONS[str(path[0])]} "{path[1]}"', path[2:]
    dotted = ".".join(str(part) if isinstance(part, str) else f"[{part}]" for part in rest).replace(".[", "[")
    return f"{head}: {dotted}" if head and dotted else head or dotted


def found(value: object) -> str:
    """What stands there: `a list`, `the number 3`, `nothing`, `"text"`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}..."'
    return "a list" if isinstance(value, list) else "a mapping"


def one_of(words: list[str]) -> str:
    """Alternatives in a sentence: `a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
