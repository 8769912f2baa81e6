#!/usr/bin/env python3
"""Set Landbridge up in `.venv` beside this file, once, and run it.

    python3 run.py demo        the main job on the built-in study
    python3 run.py test        all tests; further words go to pytest
    python3 run.py WORDS ...   the command `landbridge` with these words

It needs Python 3.11 or newer and nothing else; the first call needs a network. Standard library only.
"""

import contextlib
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

LEAST_PYTHON = (3, 11)
if sys.version_info < LEAST_PYTHON:  # before anything that an older Python cannot read
    _newer = [name for name in (f"python3.{minor}" for minor in range(19, 10, -1)) if shutil.which(name)]
    sys.exit(
        f"Landbridge needs Python 3.11 or newer; this is {'.'.join(map(str, sys.version_info[:3]))}.\n"
        + (
            f"This machine has {_newer[0]}: type `{_newer[0]} run.py` and your words."
            if _newer
            else "Install a newer one (Debian, Ubuntu: apt install python3.11 python3.11-venv) and try again."
        )
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / ".landbridge"  # what is installed here; UNFINISHED while an installation runs
UNFINISHED = "unfinished"
ROOM_BYTES = 1_300_000_000  # an installation with its compiled files, rounded up
NETWORK_SIGNS = (
    "connection",
    "name resolution",
    "name or service",
    "max retries",
    "timed out",
    "proxyerror",
    "sslerror",
    "certificate",
    "failed to fetch",
    "dns error",
    "unreachable",
)


class CannotSetUp(Exception):
    """What this machine lacks, and what its owner can do about it."""


def tool(name: str) -> Path:
    """Return the path of a program in the environment."""
    return VENV / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)


def say(text: str) -> None:
    """Tell the person; standard output belongs to the command that runs afterwards."""
    print(text, file=sys.stderr, flush=True)


def wanted_stamp(extra: str) -> str:
    """Name what should be installed: a hash of all that decides it, and the extra."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    parts += [sys.version.encode(), str(ROOT).encode()]
    return f"{hashlib.sha256(b''.join(parts)).hexdigest()} {extra}".strip()


def is_ready(extra: str) -> bool:
    """Say whether the environment holds what is wanted. One with an extra serves those who need none."""
    return STAMP.is_file() and STAMP.read_text() in {wanted_stamp(extra), wanted_stamp("test")}


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait while another call of this file is installing."""
    try:
        import fcntl
    except ImportError:  # Windows: two first calls at once are the caller's risk
        yield
        return
    with (ROOT / "pyproject.toml").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another `run.py` is installing; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield


def output_of(command: list[str]) -> tuple[int, str]:
    """Run a command quietly and return its exit code and all it said."""
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_SYSTEM_CERTS": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout


def is_whole() -> bool:
    """Say whether there is an environment of this very Python that no installation left half-made."""
    if not tool("python").exists() or (STAMP.is_file() and STAMP.read_text() == UNFINISHED):
        return False
    return output_of([str(tool("python")), "-c", "import sys; print(sys.version)"]) == (0, sys.version + "\n")


def make_environment(uv: str | None) -> None:
    """Make an empty `.venv`, in the place of one that is half-made or belongs to another Python."""
    if VENV.exists():
        is_ours = (VENV / "pyvenv.cfg").exists() or STAMP.exists()
        if not is_ours and any(path.is_file() for path in VENV.rglob("*")):
            raise CannotSetUp(f"{VENV} is in the way and is no Python environment.\nMove it, then try again.")
        say("The folder .venv is unfinished or belongs to another Python; making it anew.")
        shutil.rmtree(VENV)
    has_pip = bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"))
    if not has_pip and not uv:
        minor = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotSetUp(
            "This Python cannot make environments: its modules venv and ensurepip are missing.\n"
            f"Debian, Ubuntu: apt install python3-venv (or python{minor}-venv).\n"
            "Elsewhere: install a full Python, or uv."
        )
    VENV.mkdir()
    STAMP.write_text(UNFINISHED)
    if has_pip:
        command = [sys.executable, "-m", "venv", str(VENV)]
    else:
        command = [str(uv), "venv", "-q", "--allow-existing", "--python", sys.executable, str(VENV)]
    code, said = output_of(command)
    if code:
        raise CannotSetUp(f"The environment {VENV} could not be made.\n{reason(said)}")


def install(extra: str, uv: str | None) -> None:
    """Install the package and what it needs, at the versions of constraints.txt, with uv or else with pip."""
    what = ["-q", "-c", "constraints.txt", "-e", f".[{extra}]" if extra else "."]
    python = str(tool("python"))
    said = []
    if not uv and not tool("uv").exists():
        code, text = output_of([python, "-m", "pip", "install", "-q", "uv"])
        said.append(text)
        if code and is_network(text):
            raise CannotSetUp(reason(text))
    uv = uv or str(tool("uv"))
    for installer in ([uv, "pip", "install", "--python", python], [python, "-m", "pip", "install"]):
        code, text = output_of([*installer, *what])
        said.append(text)
        if code == 0:
            return
    raise CannotSetUp(reason("\n".join(said)))


def is_network(said: str) -> bool:
    """Say whether an installer's words speak of the network."""
    return any(sign in said.lower() for sign in NETWORK_SIGNS)


def reason(said: str) -> str:
    """Turn what the installers said into what is missing and how to mend it."""
    lines = [line for line in said.splitlines() if line.strip() and "Retrying" not in line]
    tail = "\n".join(f"  {line}" for line in lines[-12:])
    free = shutil.disk_usage(ROOT).free
    if "no space left" in said.lower() or "quota" in said.lower() or free < ROOM_BYTES // 4:
        why = f"The disk is too full: {ROOM_BYTES / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free in {ROOT}."
    elif "permission denied" in said.lower() or "read-only file system" in said.lower():
        why = f"A folder may not be written (see below). Run as its owner, or clone elsewhere than {ROOT}."
    elif is_network(said):
        why = (
            "The packages could not be fetched. The first call needs a network (later calls need none):\n"
            "connect and try again. Behind a proxy set HTTPS_PROXY; with an own package index, PIP_INDEX_URL."
        )
    else:
        why = "The installation failed; try again, and report what stands below if it stays."
    return f"{why}\nThe installer's last words:\n{tail}" if tail else why


def set_up(extra: str) -> None:
    """Bring `.venv` to what is wanted; do nothing if it is there already."""
    if is_ready(extra):
        return
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"The folder {ROOT} may not be written.\nClone into one of yours and try again.")
    with one_at_a_time():
        if is_ready(extra):
            return
        start = time.monotonic()
        say("Setting up .venv: about 1 GB; half a minute with a good network, minutes with a slow one ...")
        uv = shutil.which("uv")
        try:
            if not is_whole():
                make_environment(uv)
            STAMP.write_text(UNFINISHED)
            install(extra, uv)
            STAMP.write_text(wanted_stamp(extra))
        except OSError as error:
            raise CannotSetUp(reason(str(error))) from None
        say(f"Ready after {time.monotonic() - start:.0f} s.")


def become(command: list[str]) -> int:
    """Hand over to a command: its exit code and its signals are ours."""
    if os.name != "nt":  # there, exec would give the prompt back before the command ends
        os.execv(command[0], command)
    return subprocess.call(command)


def main(words: list[str]) -> int:
    """Set up, then run the tests or the command."""
    is_test = words[:1] == ["test"]
    try:
        set_up("test" if is_test else "")
    except CannotSetUp as error:
        say(f"Landbridge cannot be set up here. {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next call starts the set-up again.")
        return 130
    python = str(tool("python"))
    if is_test:
        os.chdir(ROOT)
        return become([python, "-m", "pytest", *words[1:]])
    os.environ["LANDBRIDGE_COMMAND"] = shlex.join([Path(sys.executable).name, sys.argv[0]])
    return become([python, "-m", "landbridge", *words])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
