"""`composefmt config` from a user's perspective: the files it finds, its output and its errors."""

import hashlib
import json
import os
from pathlib import Path

import pytest
import yaml
from running import run

CASES = Path(__file__).parent / "cases"
FILE = 'services:\n  web:\n    image: "nginx:${TAG:-1}"\n    ports: ["${PORT:-8080}:80"]\n    depends_on: [db]\n  db:\n    build: ./db\n'
OVERRIDE = "services:\n  web:\n    hostname: over\n"
PROFILES = (
    "services:\n  a: {image: a}\n  b: {image: b, profiles: [dev], depends_on: [c]}\n  c: {image: c, profiles: [dev, ops]}\nvolumes: {v: }\n"
)


@pytest.fixture
def directory(tmp_path):
    directory = tmp_path / "My Project"
    directory.mkdir()
    (directory / "compose.yaml").write_text(FILE)
    return directory


def model(*args, cwd, **options):
    done = run("config", "--format", "json", *args, cwd=cwd, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def error(*args, cwd, **options):
    """The one line that a run fails with."""
    done = run("config", *args, cwd=cwd, **options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.rstrip("\n")


def test_default_file_and_project_name(directory):
    found = model(cwd=directory)
    assert found["name"] == "myproject"
    assert found["services"]["web"]["ports"] == [{"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}]
    assert found["services"]["db"]["build"]["context"] == str(directory / "db")


def test_a_file_above_the_working_directory_is_found(directory):
    (directory / "deep" / "down").mkdir(parents=True)
    assert model(cwd=directory / "deep" / "down") == model(cwd=directory)


def test_the_override_beside_the_default_file_is_loaded(directory):
    (directory / "compose.override.yaml").write_text(OVERRIDE)
    assert model(cwd=directory)["services"]["web"]["hostname"] == "over"
    assert "hostname" not in model("-f", "compose.yaml", cwd=directory)["services"]["web"]


def test_several_files_and_the_variable_that_names_them(directory):
    (directory / "more.yaml").write_text(OVERRIDE)
    expected = model("-f", "compose.yaml", "-f", "more.yaml", cwd=directory)
    assert expected["services"]["web"]["hostname"] == "over"
    assert model(cwd=directory, env={"COMPOSE_FILE": f"compose.yaml{os.pathsep}more.yaml"}) == expected
    assert model(cwd=directory, env={"COMPOSE_FILE": "compose.yaml,more.yaml", "COMPOSE_PATH_SEPARATOR": ","}) == expected
    assert error(cwd=directory, env={"COMPOSE_FILE": ""}) == "error: COMPOSE_FILE is set but does not name a file"


def test_standard_input(directory):
    assert model("-f", "-", cwd=directory, stdin=b"services: {x: {image: i}}")["services"]["x"]["image"] == "i"


def test_project_directory(directory, tmp_path):
    found = model("-f", directory / "compose.yaml", "--project-directory", tmp_path, "-p", "other", cwd=tmp_path)
    assert found["services"]["db"]["build"]["context"] == str(tmp_path / "db")
    assert found["name"] == "other"


def test_names_of_projects(directory):
    assert model(cwd=directory, env={"COMPOSE_PROJECT_NAME": "from-env"})["name"] == "from-env"
    (directory / "compose.yaml").write_text("name: ${X:-Written Down}\n" + FILE)
    assert model(cwd=directory)["name"] == "writtendown"
    assert model("-p", "given", cwd=directory)["networks"]["default"]["name"] == "given_default"
    assert "lower-case" in error("-p", "Bad Name", cwd=directory)
    (directory / "compose.yaml").write_text('name: "..."\n' + FILE)
    assert error(cwd=directory) == "error: the project has no name; set one with --project-name"


def test_variables_come_from_the_process_then_from_the_env_file(directory):
    (directory / ".env").write_text("TAG=file\nPORT=1\n")
    assert model(cwd=directory)["services"]["web"]["image"] == "nginx:file"
    assert model(cwd=directory, env={"TAG": "process"})["services"]["web"]["image"] == "nginx:process"
    for word, image in (("1", "nginx:1"), ("t", "nginx:1"), ("False", "nginx:file")):
        assert model(cwd=directory, env={"COMPOSE_DISABLE_ENV_FILE": word})["services"]["web"]["image"] == image
    wrong = error(cwd=directory, env={"COMPOSE_DISABLE_ENV_FILE": "yes"})
    assert wrong == 'error: COMPOSE_DISABLE_ENV_FILE must be a boolean, not "yes"'
    (directory / "a.env").write_text("TAG=a\n")
    (directory / "b.env").write_text("TAG=${TAG}b\n")
    web = model("--env-file", "a.env", "--env-file", "b.env", cwd=directory)["services"]["web"]
    assert (web["image"], web["ports"][0]["published"]) == ("nginx:ab", "8080")
    assert model(cwd=directory, env={"COMPOSE_ENV_FILES": "a.env"})["services"]["web"]["image"] == "nginx:a"


def test_profiles_and_services(tmp_path):
    (tmp_path / "compose.yaml").write_text(PROFILES)
    assert list(model(cwd=tmp_path)["services"]) == ["a"]
    assert list(model("--profile", "ops", cwd=tmp_path)["services"]) == ["a", "c"]
    assert list(model("--profile", "*", cwd=tmp_path)["services"]) == ["a", "b", "c"]
    assert list(model(cwd=tmp_path, env={"COMPOSE_PROFILES": "dev, ops"})["services"]) == ["a", "b", "c"]
    # A service that is asked for enables its own profiles, and takes along what it depends on.
    assert list(model("b", cwd=tmp_path)["services"]) == ["b", "c"]
    assert error("none", cwd=tmp_path).endswith('error: no such service: "none"')


def test_lists(directory):
    text = FILE.replace("TAG:-1", "TAG:?x").replace("PORT:-8080", "PORT:-80${Y:+1}")
    (directory / "compose.yaml").write_text(text + "networks: {n: }\nvolumes: {v: }\n")
    values = {"TAG": "t"}
    lists = {
        "--services": "db\nweb\n",
        "--networks": "default\nn\n",
        "--volumes": "v\n",
        "--images": "myproject-db\nnginx:t\n",
        "--models": "",
        "--profiles": "",
    }
    for option, expected in lists.items():
        assert run("config", option, cwd=directory, env=values).stdout == expected, option
    assert "TAG=t\n" in run("config", "--environment", cwd=directory, env=values).stdout
    # What is required need not be set to be listed.
    assert run("config", "--variables", cwd=directory).stdout.splitlines()[1:] == [
        "PORT  false     80${Y:+1}",
        "TAG   true",
        "Y     false                    1",
    ]


def test_the_hash_is_that_of_the_service_without_its_build(directory):
    printed = dict(line.split() for line in run("config", "--hash", "*", cwd=directory).stdout.splitlines())
    service = {"command": None, "entrypoint": None, "networks": {"default": None}}
    assert printed["db"] == hashlib.sha256(json.dumps(service, separators=(",", ":")).encode()).hexdigest()
    assert sorted(printed) == ["db", "web"]


def test_variables_are_listed_of_a_project_that_could_not_run(directory):
    (directory / "compose.yaml").write_text("services:\n  a: {image: '${IMAGE:-x}', depends_on: [b]}\n  b: {image: b, depends_on: [a]}\n")
    assert run("config", "--variables", cwd=directory).stdout.splitlines()[1:] == ["IMAGE  false     x"]


def test_hashes_are_those_that_docker_compose_prints():
    """Recorded with `docker compose --project-name h config --hash "*"`, version 5.6.0."""
    directory = CASES / "config"
    assert run("config", "-p", "h", "--hash", "*", cwd=directory).stdout == (directory / "hashes.txt").read_text(encoding="utf-8")
    assert run("config", "-p", "h", "--hash", "db2,none", cwd=directory).stderr.endswith('no such service: "none"\n')


def test_names_in_yaml_are_in_the_order_of_people():
    services = yaml.safe_load(run("config", "-p", "h", cwd=CASES / "config").stdout)
    assert list(services["services"]) == ["db2", "db10", "web"]
    assert list(services["volumes"]) == ["data", "data9", "data10"]
    assert list(model(cwd=CASES / "config")["volumes"]) == ["data", "data10", "data9"]


def test_resources_unused_by_selected_services_are_omitted():
    assert list(model(cwd=CASES / "config")["networks"]) == ["default", "front", "unused"]
    assert list(model("web", cwd=CASES / "config")["networks"]) == ["default", "front"]
    assert list(model("web", cwd=CASES / "config")["volumes"]) == ["data"]


def test_raw_env_files_are_taken_as_they_are():
    web = model("--no-escape-dollars", cwd=CASES / "config")["services"]["web"]
    assert web["environment"] == {"A": "1", "B": "<&>", "C": "quoted 1", "D": '"kept $A"', "F": " x "}


def test_two_containers_of_one_name_are_refused(directory):
    (directory / "compose.yaml").write_text("services:\n  a: {image: a, container_name: xy}\n  b: {image: b, container_name: xy}\n")
    message = 'compose.yaml:3:33: error: service "b" and service "a" have the same container name "xy"'
    assert error(cwd=directory) == message
    assert run("config", "--no-consistency", cwd=directory).returncode == 0


def test_yaml_can_be_loaded_again_and_means_the_same(directory):
    text = 'services:\n  a:\n    image: x\n    command: ["$$HOME", "a: b", "yes", "1", ""]\n'
    text += '    environment: {A: "line\\n two\\n", B: null, C: "  x"}\n'
    (directory / "compose.yaml").write_text(text + '    x-own: {y: [1, 2.5, true]}\nconfigs: {c: {content: "a\\n$$b\\n\\n"}}\n')
    printed = run("config", cwd=directory).stdout
    (directory / "again.yaml").write_text(printed)
    assert model("-f", "again.yaml", cwd=directory) == model(cwd=directory)
    assert run("config", "-f", "again.yaml", cwd=directory).stdout == printed
    assert yaml.safe_load(printed)["services"]["a"]["x-own"] == {"y": [1, 2.5, True]}


def test_without_interpolation_short_forms_are_still_parsed(directory):
    service = model("--no-interpolate", "--no-path-resolution", cwd=directory)["services"]
    assert service["web"]["image"] == "nginx:${TAG:-1}"
    assert service["web"]["ports"] == [{"mode": "ingress", "target": 80, "published": "${PORT:-8080}", "protocol": "tcp"}]
    assert service["db"]["build"]["context"] == "./db"
    # What a variable hides stays as it is.
    (directory / "compose.yaml").write_text('services: {a: {image: a, ports: ["${PORTS}"], volumes: ["${V}:/x"], mem_limit: "${M}"}}\n')
    found = model("--no-interpolate", cwd=directory)["services"]["a"]
    assert (found["ports"], found["volumes"], found["mem_limit"]) == (["${PORTS}"], ["${V}:/x"], "${M}")


def test_steps_that_can_be_skipped(directory):
    (directory / "compose.yaml").write_text("services: {a: {image: a, networks: [none], env_file: e}}\n")
    (directory / "e").write_text("A=1\n")
    assert "uses undefined network" in error(cwd=directory)
    plain = model("--no-consistency", "--no-normalize", "--no-env-resolution", "--no-path-resolution", cwd=directory)
    assert plain["services"]["a"]["env_file"] == [{"path": "e"}]
    assert "networks" not in plain
    assert model("--no-consistency", cwd=directory)["services"]["a"]["environment"] == {"A": "1"}


def test_quiet_and_output(directory, tmp_path):
    assert run("config", "-q", cwd=directory).stdout == ""
    assert run("config", "-o", tmp_path / "out.yaml", cwd=directory).stdout == ""
    assert (tmp_path / "out.yaml").read_text() == run("config", cwd=directory).stdout
    assert run("config", "-o", "new/compose.yaml", cwd=directory).returncode == 0
    assert (directory / "new" / "compose.yaml").read_text() == (tmp_path / "out.yaml").read_text()
    for command in ("config", "graph"):
        done = run(command, "-o", "new", cwd=directory)
        assert done.returncode == 2
        assert done.stderr.splitlines()[0] == 'error: --output: "new" cannot be written: is a directory'


def test_each_value_has_its_source(directory):
    (directory / "compose.override.yaml").write_text("services:\n  web:\n    environment: [A=1]\n    ports:\n      - 9:9\n")
    web = model("--with-source", cwd=directory)["services"]["web"]
    assert web["image"] == {"value": "nginx:1", "source": "compose.yaml:3:12"}
    assert web["ports"][0]["target"] == {"value": 80, "source": "compose.yaml:4:13"}
    assert web["ports"][1]["published"] == {"value": "9", "source": "compose.override.yaml:5:9"}
    assert web["environment"]["A"] == {"value": "1", "source": "compose.override.yaml:3:19"}


DOLLARS = """\
services:
  web:
    image: nginx
    command: ["echo", "$$HOME"]
    environment: {"A$B": "x$$y$$$$"}
"""


def test_dollar_signs_are_doubled_as_docker_compose_does(directory):
    """Docker Compose 5.6.0 prints these values; in keys it doubles dollar signs in YAML as well."""
    (directory / "compose.yaml").write_text(DOLLARS)
    web = model(cwd=directory)["services"]["web"]
    assert (web["command"], web["environment"]) == (["echo", "$$HOME"], {"A$$B": "x$$y$$$$"})
    text = run("config", cwd=directory).stdout
    assert '- "$$HOME"\n' in text
    assert '"A$B": "x$$y$$$$"\n' in text
    (directory / "compose.yaml").write_text(text)
    assert run("config", cwd=directory).stdout == text


def test_programs_get_each_dollar_sign_once(directory):
    (directory / "compose.yaml").write_text(DOLLARS)
    web = model("--no-escape-dollars", cwd=directory)["services"]["web"]
    assert (web["command"], web["environment"]) == (["echo", "$HOME"], {"A$B": "x$y$$"})
    assert '- "$HOME"\n' in run("config", "--no-escape-dollars", cwd=directory).stdout
    assert model("--with-source", cwd=directory)["services"]["web"]["environment"]["A$B"]["value"] == "x$y$$"


def test_dollar_signs_stay_as_they_are_without_interpolation(directory):
    (directory / "compose.yaml").write_text(DOLLARS)
    assert model("--no-interpolate", cwd=directory)["services"]["web"]["command"] == ["echo", "$$HOME"]


def test_the_two_meanings_of_escape_are_not_confused(directory):
    done = run("config", "--no-escape", cwd=directory)
    assert done.returncode == 2
    assert "--no-escape is now --no-outside-files; --no-escape-dollars prints each dollar sign once" in done.stderr


def test_no_network_access(directory):
    for option in ("--lock-image-digests", "--resolve-image-digests"):
        done = run("config", option, cwd=directory)
        assert done.returncode == 2
        assert "requires access to a registry" in done.stderr
    for path in ("https://example.com/compose.yaml", "git@example.com:a/b.git", "oci://example.com/a:b"):
        assert "never accesses the network" in error("-f", path, cwd=directory)
        (directory / "inc.yaml").write_text(f"include: ['{path}']\n")
        assert "inc.yaml:1:11: error: " in error("-f", "inc.yaml", cwd=directory)


def test_files_outside_the_project_directory_can_be_refused(directory, tmp_path):
    (tmp_path / "base.yaml").write_text("services: {b: {image: x}}\n")
    for text in ("include: [../base.yaml]\n", "services: {a: {extends: {file: ../base.yaml, service: b}}}\n"):
        (directory / "compose.yaml").write_text(text)
        assert model(cwd=directory)["services"]
        assert "is outside the project directory" in error("--no-outside-files", cwd=directory)


def test_so_can_env_files_and_links_that_lead_out_of_it(directory, tmp_path):
    (tmp_path / "secret").write_text("A=1\n")
    (directory / "link").symlink_to(tmp_path / "secret")
    (directory / "inc.yaml").write_text("services: {b: {image: x}}\n")
    for text in (
        "services: {a: {image: x, env_file: ../secret}}\n",
        "services: {a: {image: x, env_file: link}}\n",
        "services: {a: {image: x, label_file: ../secret}}\n",
        "include: [{path: inc.yaml, env_file: link}]\n",
    ):
        (directory / "compose.yaml").write_text(text)
        assert model(cwd=directory)["services"]
        assert "is outside the project directory" in error("--no-outside-files", cwd=directory)


def test_errors_name_file_line_and_column(directory):
    assert error("-f", "none.yaml", cwd=directory).endswith("none.yaml cannot be read: no such file or directory")
    (directory / "over.yaml").write_text("services:\n  web:\n    ports:\n      - 80:80:80:80\n")
    assert error("-f", "compose.yaml", "-f", "over.yaml", cwd=directory).startswith('over.yaml:4:9: error: invalid port "80:80:80:80": ')
    (directory / "bytes.yaml").write_bytes(b"services: \xff\xfe\xfd\n")
    assert error("-f", "bytes.yaml", cwd=directory) == "bytes.yaml:1:11: error: byte 0xff at offset 10 is not UTF-8 text"
    (directory / ".env").write_text("A=1\nTAG=${NONE:?say which}\n")
    assert error(cwd=directory) == '.env:2:5: error: required variable "NONE" has no value: say which'
    (directory / ".env").unlink()
    assert error("-f", ".", cwd=directory).endswith("is a directory")


def test_no_files_to_load(tmp_path):
    done = run("config", "--project-directory", "/", cwd=tmp_path)
    assert done.returncode == 2
    assert "no Compose file in /" in done.stderr
    assert "looked for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml; name one with --file" in done.stderr


def test_variables_that_are_not_set_are_named(directory):
    (directory / "compose.yaml").write_text("services:\n  a:\n    image: x:$TAG\n    command: ['${TAG}', '${OTHER:-d}', '${X}']\n")
    done = run("config", cwd=directory)
    assert done.returncode == 0
    assert done.stderr == (
        'compose.yaml:3:12: warning: variable "TAG" is not set, defaulting to an empty string\n'
        'compose.yaml:4:40: warning: variable "X" is not set, defaulting to an empty string\n'
    )
    assert run("config", "-q", cwd=directory).stderr == done.stderr
    assert run("config", cwd=directory, env={"TAG": "1", "X": ""}).stderr == ""


def test_no_env_file_at_all_and_one_from_a_shell(directory):
    (directory / ".env").write_text("TAG=file\n")
    assert model("--env-file", os.devnull, cwd=directory)["services"]["web"]["image"] == "nginx:1"
    (directory / "compose.yaml").write_text("services: {a: {image: x, env_file: /dev/null}}\n")
    assert "environment" not in model(cwd=directory)["services"]["a"]
    if os.path.exists("/dev/stdin"):
        found = model("--env-file", "/dev/stdin", "-f", "compose.yaml", cwd=directory, stdin=b"A=1\n")
        assert found["name"] == "myproject"


def test_a_variable_in_a_default_that_applies_is_named_too(directory):
    (directory / "compose.yaml").write_text("services:\n  a:\n    image: x:${A:-$B}\n    hostname: ${C:-${D:-e}}\n")
    assert (
        run("config", "-q", cwd=directory).stderr == 'compose.yaml:3:12: warning: variable "B" is not set, defaulting to an empty string\n'
    )


def test_an_error_names_the_variables_without_a_value(directory):
    (directory / "compose.yaml").write_text('services:\n  a:\n    image: x\n    volumes: ["${DATA}:/root/.caddy"]\n')
    assert error(cwd=directory).endswith('("DATA" is not set)')
