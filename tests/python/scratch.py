"""A copy of the project in a folder of a test's own, to be changed and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.settings import ROOT, Target

LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".*_cache", "__pycache__", "target", "logs", "runs", "backups", "site", "pg")
)


@dataclass(frozen=True)
class Project:
    """The copy, and the database its commands run on."""

    folder: Path
    target: Target

    def invoke(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a task of the copy, on the database of the test as target `dev`."""
        return self._run("invoke", *arguments, "--target=dev")

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt in the copy, as somebody would who does not use the tasks."""
        return self._run("dbt", *arguments, "--target", "dev")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KV_")}
        own = {
            "KV_DEV_HOST": self.target.host,
            "KV_DEV_PORT": str(self.target.port),
            "KV_DEV_USER": self.target.user,
            "KV_DEV_DBNAME": self.target.dbname,
            "KV_DEV_SSLMODE": "disable",
            "KV_RUNS_DIR": str(self.folder / "runs"),
            "KV_BACKUPS_DIR": str(self.folder / "backups"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "PYTHONPATH": str(self.folder),
            "PYTHONUNBUFFERED": "1",
        }
        return subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.folder,
            env={**kept, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


def copy_of_project(folder: Path, target: Target) -> Project:
    """Copy the project as it stands here, without what runs and tools have left in it."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return Project(folder, target)
