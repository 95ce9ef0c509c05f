"""The setting `[[projects]]`: which files make up a project, and what commands do with it."""

import json
import os
import subprocess

import pytest

WEB = 'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "8080:80"\n'
API = 'services:\n  api:\n    image: my/api:1\n    ports:\n      - "8080:3000"\n'
FINE = "services:\n  fine:\n    image: my/fine:1\n"


@pytest.fixture
def repository(tmp_path):
    """Return a function that writes files: repository({"a/compose.yaml": "..."}, "settings")."""

    def write(files, settings=""):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        if settings:
            (tmp_path / "composefmt.toml").write_text(settings)
        return tmp_path

    return write


def projects(run, *paths, **options):
    return run("check", "--show-projects", *paths, **options).stdout.splitlines()


def found(run, *arguments, **options):
    done = run("check", "--output-format", "json", *arguments, **options)
    assert "error[" not in done.stderr, done.stderr
    return [(each["filename"], each["rule"], *(other["filename"] for other in each["related"])) for each in json.loads(done.stdout)]


def test_the_files_of_a_project_are_checked_together(run, repository):
    repository({"web.yaml": WEB, "sub/api.yaml": API}, '[[projects]]\nfiles = ["web.yaml", "sub/api.yaml"]\nname = "shop"\n')
    assert projects(run) == ['web.yaml, sub/api.yaml (the settings define project "shop")']
    conflict = [("sub/api.yaml", "host-port-conflict", "web.yaml")]
    for paths in ([], ["."], ["web.yaml"], ["sub/api.yaml"], ["sub/api.yaml", "web.yaml"]):
        assert found(run, *paths) == conflict
    assert found(run, "api.yaml", cwd=repository({}) / "sub") == [("api.yaml", "host-port-conflict", "../web.yaml")]


def test_settings_take_precedence_over_what_names_and_variables_suggest(run, repository):
    files = {"compose.yaml": WEB, "compose.override.yaml": API, "other.yaml": FINE, ".env": "COMPOSE_FILE=compose.yaml:other.yaml\n"}
    repository(files, '[[projects]]\nfiles = ["compose.yaml", "other.yaml"]\n')
    assert "compose.yaml, other.yaml (the settings define this project)" in projects(run, "compose.yaml")
    assert found(run, "compose.yaml") == []
    assert found(run, "compose.yaml", env={"COMPOSE_FILE": "compose.yaml:compose.override.yaml"}) == []
    assert found(run, "-f", "compose.yaml", "-f", "compose.override.yaml") == [
        ("compose.override.yaml", "host-port-conflict", "compose.yaml")
    ]


APPS = {
    "base.yaml": WEB,
    "apps/a/compose.yaml": API,
    "apps/a/compose.dev.yaml": FINE,
    "apps/b/compose.yaml": FINE,
    "apps/.hidden/compose.yaml": API,
    "apps/node_modules/compose.yaml": API,
    "apps/deep/er/compose.yaml": FINE,
}


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ('["apps/*/compose.yaml"]', ["apps/a/compose.yaml", "apps/b/compose.yaml"]),
        ('["base.yaml", "apps/*/compose.yaml"]', ["base.yaml, apps/a/compose.yaml", "base.yaml, apps/b/compose.yaml"]),
        (
            '["apps/*/compose.yaml", "apps/*/compose.dev.yaml"]',
            ["apps/a/compose.yaml, apps/a/compose.dev.yaml", "apps/b/compose.yaml"],
        ),
        (
            '["apps/**/compose.yaml"]',
            ["apps/a/compose.yaml", "apps/b/compose.yaml", "apps/deep/er/compose.yaml"],
        ),
        ('["apps/?/compose.dev.yaml", "apps/?/compose.yaml"]', ["apps/a/compose.dev.yaml, apps/a/compose.yaml"]),
        ('["apps/*/*/compose.yaml", "apps/*/compose.yaml"]', None),
    ],
)
def test_a_wildcard_makes_a_project_for_each_match(run, repository, files, shown):
    repository(APPS, f"[[projects]]\nfiles = {files}\n")
    if shown is None:
        assert '"apps/*/compose.yaml" matches no file of the projects of "apps/*/*/compose.yaml"' in run("check").stderr
        return
    lines = [line.removesuffix(" (the settings define this project)") for line in projects(run, ".")]
    assert sorted(line for line in lines if "no other file" not in line) == shown


def test_a_shared_file_is_checked_in_each_project_and_a_finding_reported_once(run, repository):
    apps = {f"apps/{number}/compose.yaml": API.replace("api", f"api{number}") for number in range(60)}
    repository({"base.yaml": WEB, **apps}, '[[projects]]\nfiles = ["base.yaml", "apps/*/compose.yaml"]\nname = "app-*"\n')
    everything = found(run, ".")
    assert len(everything) == 60
    assert len(set(everything)) == 60
    assert sorted(found(run, "base.yaml")) == sorted(everything)


def test_env_files_and_the_project_directory(run, repository):
    web = 'services:\n  web:\n    image: "nginx:$TAG"\n    ports:\n      - "$PORT:80"\n    env_file: web.env\n'
    files = {"stacks/web.yaml": web, "stacks/api.yaml": API, "deploy/prod.env": "PORT=8080\nTAG=1\n", "deploy/web.env": "", ".env": "X=1\n"}
    table = '[[projects]]\nfiles = ["stacks/web.yaml", "stacks/api.yaml"]\nproject-directory = "deploy"\n'
    repository(files, table + 'env-files = ["deploy/prod.env"]\n')
    assert found(run, ".") == [("stacks/api.yaml", "host-port-conflict", "stacks/web.yaml")]
    # Without the env file, nothing is known about the variables.
    (repository({}) / "deploy/prod.env").unlink()
    assert found(run, ".") == []


MISTAKES = [
    ('files = "compose.yaml"', '2:1: invalid setting "projects.files" of project 1: must be a list, such as ["compose.yaml"]'),
    ('file = ["compose.yaml"]', '2:1: unknown setting "projects.file" of project 1; did you mean "files"?'),
    ('files = ["compose.yaml"]\nenv_file = []', '3:1: unknown setting "projects.env_file" of project 1; did you mean "env-files"?'),
    ('name = "x"', '1:1: setting "projects.files" of project 1 is missing'),
    ("files = []", '2:1: invalid setting "projects.files" of project 1: must name a file'),
    ("files = [3]", '2:1: invalid setting "projects.files" of project 1: must be a string'),
    ('files = [" "]', "an empty string is not a path"),
    (
        'files = ["compose.yml"]',
        'invalid setting "projects.files" of project 1: file "compose.yml" not found; did you mean "compose.yaml"?',
    ),
    ('files = ["apps"]', '"apps" is a directory; name its files, such as "apps/compose.yaml"'),
    ('files = ["apps/*/stack.yaml"]', '2:1: invalid setting "projects.files" of project 1: "apps/*/stack.yaml" matches no file'),
    ('files = ["apps/**"]', '"apps/**" matches directories; name their files, such as "apps/**/compose.yaml"'),
    ('files = ["compose.{a,b}.yaml"]', "are not expanded; write one project for each alternative"),
    ('files = ["https://example.com/compose.yaml"]', "is remote, and composefmt never accesses the network"),
    ('files = ["compose.yaml"]\nenv-files = ["*.env"]', 'the wildcards in "*.env" match nothing because "files" has none'),
    ('files = ["apps/*/compose.yaml", "apps/?/x.yaml"]', 'the wildcards in "apps/?/x.yaml" differ from those in "apps/*/compose.yaml"'),
    ('files = ["compose.yaml"]\nname = "My Shop"', '3:1: invalid setting "projects.name" of project 1: "My Shop" is not a project name'),
    ('files = ["compose.yaml"]\nproject-directory = "nowhere"', '"nowhere" is not a directory'),
    ('files = ["apps/*/compose.yaml"]\nname = "shop"', '"projects.name" of project 1: several projects are named "shop"'),
]


@pytest.mark.parametrize(("table", "message"), MISTAKES)
def test_mistakes_are_located_and_explained(run, repository, table, message):
    directory = repository({"compose.yaml": WEB, "apps/a/compose.yaml": FINE, "apps/b/compose.yaml": FINE}, f"[[projects]]\n{table}\n")
    done = run("check")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error[settings] {directory / 'composefmt.toml'}:" in done.stderr
    assert message in done.stderr
    assert done.stderr.count("error[") == 1


def test_mistakes_in_other_tables(run, repository):
    directory = repository({"compose.yaml": WEB}, '[projects]\nfiles = ["compose.yaml"]\n')
    assert 'invalid setting "projects": must be a list of tables: write [[projects]]' in run("check").stderr
    table = '[[tool.composefmt.projects]]\nfiles = ["compose.yaml"]\n'
    (directory / "composefmt.toml").unlink()
    (directory / "pyproject.toml").write_text(f"{table}\n{table}\n  profile = 3\n")
    message = 'pyproject.toml:7:3: unknown setting "projects.profile" of project 2; did you mean "profiles"?'
    assert message in run("check").stderr


def test_symbolic_links_to_a_file_are_the_file(run, repository):
    directory = repository({"web.yaml": WEB, "api.yaml": API}, '[[projects]]\nfiles = ["web.yaml", "api.yaml"]\n')
    (directory / "links").mkdir()
    (directory / "links" / "compose.yaml").symlink_to("../api.yaml")
    assert found(run, "links/compose.yaml") == [("links/compose.yaml", "host-port-conflict", "web.yaml")]


def test_a_file_outside_of_the_directory_of_the_settings(run, repository):
    directory = repository({"shared/web.yaml": WEB, "app/compose.yaml": API})
    (directory / "app" / "composefmt.toml").write_text('[[projects]]\nfiles = ["compose.yaml", "../shared/web.yaml"]\n')
    assert found(run, "app") == [("shared/web.yaml", "host-port-conflict", "app/compose.yaml")]


def test_a_syntax_error_in_one_file_leaves_the_others_to_be_checked_alone(run, repository):
    twice = WEB + '      - "8080:80"\n'
    repository({"web.yaml": twice, "api.yaml": "services: ["}, '[[projects]]\nfiles = ["web.yaml", "api.yaml"]\n')
    assert sorted(rule for _, rule, *_ in found(run, ".")) == ["duplicate-port", "yaml-syntax"]


SHOP = {
    "compose.base.yaml": "services: {proxy: {image: traefik:3, profiles: [edge]}}\n",
    "apps/cart/compose.yaml": 'services: {cart: {image: "example/cart:$TAG"}}\n',
    "apps/catalog/compose.yaml": "services: {catalog: {image: example/catalog:1}}\n",
    "apps/catalog/sub/notes.txt": "",
    "apps/cart/prod.env": "TAG=3\n",
}
SETTINGS = """
[[projects]]
name = "shop-*"
files = ["compose.base.yaml", "apps/*/compose.yaml"]
project-directory = "apps/*"
env-files = ["apps/*/prod.env"]
"""


@pytest.mark.parametrize(
    ("where", "arguments", "services"),
    [
        ("apps/cart", [], ["cart"]),
        ("apps/cart", ["--profile", "edge"], ["cart", "proxy"]),
        (".", ["-p", "shop-cart"], ["cart"]),
        (".", ["--project-directory", "apps/cart"], ["cart"]),
        ("apps/cart", ["-p", "other"], ["cart"]),
        ("apps/cart", ["-f", "../../compose.base.yaml", "--profile", "*"], ["proxy"]),
    ],
)
def test_config_and_graph_use_the_projects(run, repository, where, arguments, services):
    directory = repository(SHOP, SETTINGS)
    assert run("config", "--services", *arguments, cwd=directory / where).stdout.split() == services
    drawn = run("graph", *arguments, cwd=directory / where).stdout
    assert all(f'["{name}"]' in drawn for name in services)


def test_config_has_the_name_and_the_variables_of_the_project(run, repository):
    directory = repository(SHOP, SETTINGS)
    model = json.loads(run("config", "--format", "json", cwd=directory / "apps" / "cart").stdout)
    assert (model["name"], model["services"]["cart"]["image"]) == ("shop-cart", "example/cart:3")
    model = json.loads(run("config", "--format", "json", "-p", "other", "--env-file", os.devnull, cwd=directory / "apps/cart").stdout)
    assert (model["name"], model["services"]["cart"]["image"]) == ("other", "example/cart:")


def test_the_nearest_directory_with_a_project_is_used(run, repository):
    directory = repository(SHOP | {"apps/catalog/compose.yaml": FINE}, SETTINGS.replace('"apps/*/prod.env"', ""))
    assert run("config", "--services", cwd=directory / "apps" / "catalog" / "sub").stdout == "fine\n"
    (directory / "apps" / "catalog" / "sub" / "compose.yaml").write_text(API)
    assert run("config", "--services", cwd=directory / "apps" / "catalog" / "sub").stdout == "api\n"


def test_several_projects_in_one_directory_must_be_named(run, repository):
    repository(SHOP, SETTINGS.replace('project-directory = "apps/*"', ""))
    done = run("config")
    assert (done.returncode, done.stdout) == (2, "")
    assert "; choose one with --project-name: shop-cart, shop-catalog\n" in done.stderr
    assert "; choose one: shop-cart, shop-catalog\n" in run("diff", ".", "shop-cart").stderr


def test_a_wrong_setting_is_an_error_of_each_command(run, repository):
    repository({"compose.yaml": WEB}, '[[projects]]\nfiles = ["compose.yml"]\n')
    for arguments in (["config"], ["graph"], ["diff", ".", "."], ["format", "--check"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert 'composefmt.toml:2:1: invalid setting "projects.files" of project 1: file "compose.yml" not found' in done.stderr


def test_diff_compares_projects_by_name_and_with_a_revision(run, repository):
    directory = repository(SHOP, SETTINGS.replace('"apps/*/prod.env"', ""))
    assert "service catalog: added" in run("diff", "shop-cart", "shop-catalog").stdout
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=directory, check=True)
    assert run("diff", "--git", "HEAD", ".").stdout == "no difference in 2 projects\n"
    (directory / "compose.base.yaml").write_text("services: {proxy: {image: traefik:4}}\n")
    (directory / "apps" / "blog").mkdir()
    (directory / "apps" / "blog" / "compose.yaml").write_text(FINE)
    shown = run("diff", "--git", "HEAD", ".").stdout.splitlines()
    heads = [line.removeprefix("project ") for line in shown if line.startswith("project")]
    assert heads == ["shop-blog: added", "shop-cart", "shop-catalog"]
    assert "image: traefik:3 -> traefik:4" in run("diff", "--git", "HEAD", "shop-cart").stdout


def test_what_one_project_uses_is_not_unused_in_another(run, repository):
    base = "services:\n  web:\n    image: nginx:1.27\nvolumes:\n  data:\n  rest:\n"
    uses = "services:\n  db:\n    image: example/db:16\n    volumes:\n      - data:/var/lib/postgresql/data\n"
    table = '[[projects]]\nfiles = ["apps/*/compose.yaml", "base.yaml"]\n'
    directory = repository({"base.yaml": base, "apps/a/compose.yaml": uses, "apps/b/compose.yaml": FINE}, table)
    for paths in (["."], ["base.yaml"]):
        done = json.loads(run("check", "--output-format", "json", *paths).stdout)
        assert [(each["message"], each["fixable"], len(each["project"])) for each in done] == [
            ('volume "rest" is defined, but no service mounts it', True, 2)
        ]
    assert found(run, "apps") == []
    # In a project that cannot be merged, anything may be used.
    (directory / "apps" / "b" / "compose.yaml").write_text("services: [")
    assert found(run, "base.yaml") == []


def test_a_fix_is_offered_only_if_all_projects_offer_it(run, repository):
    web = "services:\n  web:\n    image: nginx:1.27\n    networks: [bakend]\nnetworks:\n  front:\n"
    files = {"web.yaml": web, "a.yaml": "networks: {backend: }\n", "b.yaml": FINE}
    tables = "".join(f'[[projects]]\nfiles = ["web.yaml", "{name}"]\n' for name in ("a.yaml", "b.yaml"))
    repository(files, tables)
    assert [(each["rule"], each["fixable"]) for each in json.loads(run("check", "--output-format", "json", "web.yaml").stdout)] == [
        ("undefined-network", False),
        ("unused-network", False),
    ]
    repository({}, '[[projects]]\nfiles = ["web.yaml", "a.yaml"]\n')
    assert [(each["rule"], each["fixable"]) for each in json.loads(run("check", "--output-format", "json", "web.yaml").stdout)] == [
        ("undefined-network", True),
        ("unused-network", False),
    ]
