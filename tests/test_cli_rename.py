"""`composefmt rename` in all files of a project."""

import pytest
from running import files_below, run

FILES = {
    "compose.yaml": """\
include: [sub/db.yaml]
services:
  web:
    depends_on: [db]  # the database
    environment:
      URL: postgres://user@db:5432/x
      OTHER: mydb
  copy:
    extends: {file: sub/db.yaml, service: db}
volumes:
  data:
""",
    "compose.override.yaml": "services:\n  web:\n    image: web\n    links:\n      - db:storage\n    volumes: [data:/data]\n",
    "sub/db.yaml": "services:\n  db: {image: postgres}\n  admin:\n    image: admin\n    volumes_from: [db]\n",
    "compose.other.yaml": "services:\n  db: {image: other}\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def texts(project):
    return {name: data.decode() for name, data in files_below(project).items()}


def test_a_service_in_all_files_of_the_project(project):
    done = run("rename", "services.db", "database", cwd=project)
    assert done.returncode == 0
    assert done.stderr == (
        "changed 2 lines in compose.yaml\nchanged 1 line in compose.override.yaml\nchanged 2 lines in sub/db.yaml\n"
        'note: "db" in services.web.environment.URL (compose.yaml:6) may be a host name; it stays\n'
    )
    assert texts(project) == {
        "compose.yaml": FILES["compose.yaml"].replace("[db]", "[database]").replace("service: db", "service: database"),
        "compose.override.yaml": FILES["compose.override.yaml"].replace("db:storage", "database:storage"),
        "sub/db.yaml": FILES["sub/db.yaml"].replace("  db:", "  database:").replace("[db]", "[database]"),
        "compose.other.yaml": FILES["compose.other.yaml"],
    }
    assert run("config", "-q", cwd=project).returncode == 0


def test_the_files_that_are_named(project):
    assert run("rename", "-f", "compose.yaml", "services.web", "www", cwd=project).returncode == 0
    assert texts(project)["compose.override.yaml"] == FILES["compose.override.yaml"]


def test_a_volume_of_base_and_override(project):
    done = run("rename", "volumes.data", "store", cwd=project)
    assert done.returncode == 0
    assert 'note: Docker keeps the data of volume "data" under the old name' in done.stderr
    assert "volumes: [store:/data]" in texts(project)["compose.override.yaml"]


def test_diff_and_dry_run_write_nothing(project):
    done = run("rename", "--diff", "services.db", "database", cwd=project)
    assert (done.returncode, done.stdout.count("+++ b/")) == (1, 3)
    assert run("rename", "--dry-run", "services.db", "database", cwd=project).returncode == 1
    assert texts(project) == FILES


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        ("services.db", "web", 'service "web" exists already'),
        ("services.dbs", "database", 'services.dbs does not exist; did you mean "db"?'),
        ("services.db", "a b", '"a b" cannot be the name of a service'),
        ("services.", "a", 'invalid path "services."'),
    ],
)
def test_names_that_are_refused(project, path, name, message):
    done = run("rename", path, name, cwd=project)
    assert (done.returncode, texts(project)) == (2, FILES)
    assert message in done.stderr


def test_a_file_of_the_project_that_is_not_yaml(project):
    (project / "sub" / "db.yaml").write_text("a: [", encoding="utf-8")
    done = run("rename", "services.web", "www", cwd=project)
    assert done.returncode == 2
    assert "sub/db.yaml:1:4" in done.stderr
    assert texts(project)["compose.yaml"] == FILES["compose.yaml"]


def test_a_key_that_is_not_a_name(project):
    assert run("rename", "services.web.environment.OTHER", "MORE", cwd=project).returncode == 0
    assert "      MORE: mydb\n" in texts(project)["compose.yaml"]


def test_a_service_twice_leads_back(project):
    assert run("rename", "services.db", "database", cwd=project).returncode == 0
    assert run("rename", "services.database", "db", cwd=project).returncode == 0
    assert texts(project) == FILES
