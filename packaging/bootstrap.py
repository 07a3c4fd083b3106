"""From a fresh clone with nothing but Python: ``bootstrap.py run`` opens the bench, ``bootstrap.py test`` tests it.

Standard library only, and written so that an old Python can parse it far enough to say that it is too old.
Makes ``.venv`` in the checkout, installs into it, checks the system libraries that Qt needs, then starts.
"""

import ctypes
import hashlib
import os
import shutil
import socket
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)

# soname -> Debian package. Without these Qt fails obscurely, so they are checked first.
IMPORT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
FONTS = "fonts-dejavu-core"


class Stop(Exception):
    """Something a person has to do first; the text is shown and the exit status is 1."""


def say(text):
    sys.stderr.write("lifbench: %s\n" % text)
    sys.stderr.flush()


def check_python(version):
    """Raise Stop unless this Python is new enough."""
    if tuple(version[:2]) < OLDEST:
        raise Stop(
            "Python %d.%d or newer is needed, this is %d.%d; install it and run this again with it." % (OLDEST + tuple(version[:2]))
        )


# ---- system libraries


def can_load(soname):
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_packages(window, loads=can_load):
    """Debian package names of the libraries that do not load."""
    wanted = dict(IMPORT_LIBRARIES)
    if window:
        wanted.update(WINDOW_LIBRARIES)
    return [package for soname, package in sorted(wanted.items()) if not loads(soname)]


def has_fonts():
    for folder in (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        os.path.expanduser("~/.fonts"),
        os.path.expanduser("~/.local/share/fonts"),
    ):
        for _, _, names in os.walk(folder):
            if any(name.lower().endswith((".ttf", ".otf", ".ttc")) for name in names):
                return True
    return False


def apt_line(packages):
    return "apt-get install -y --no-install-recommends " + " ".join(packages)


def may_install():
    """The prefix with which apt-get may be run without asking: [] as root, sudo where it needs no password, else None."""
    if shutil.which("apt-get") is None:
        return None
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None


def apt_install(prefix, packages):
    """Install Debian packages; False if that failed."""
    say("installing the system packages %s" % " ".join(packages))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = prefix + (["env", "DEBIAN_FRONTEND=noninteractive"] if prefix else []) + ["apt-get"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "env": environment}
    subprocess.call(command + ["update", "-qq"], **quiet)
    return subprocess.call(command + ["install", "-y", "-qq", "--no-install-recommends"] + packages, **quiet) == 0


def libraries_advice(packages):
    return (
        "Qt needs system libraries that are not here. On Debian or Ubuntu run\n    sudo %s\n"
        "  on Fedora: sudo dnf install mesa-libGL mesa-libEGL glib2 dbus-libs fontconfig libxkbcommon libxkbcommon-x11 "
        "xcb-util-cursor xcb-util-wm xcb-util-keysyms\n"
        "  on Arch: sudo pacman -S libglvnd glib2 dbus fontconfig libxkbcommon libxkbcommon-x11 xcb-util-cursor xcb-util-wm "
        "xcb-util-keysyms\n  then run this again." % apt_line(packages)
    )


def ensure_libraries(window):
    """Install what is missing where that is allowed, else raise Stop with the line to run."""
    if not sys.platform.startswith("linux"):
        return
    packages = missing_packages(window)
    if not has_fonts():
        packages.append(FONTS)
    if not packages:
        return
    prefix = may_install()
    if prefix is not None:
        apt_install(prefix, packages)
        packages = missing_packages(window)
        if not packages:
            return
    if packages != [FONTS]:
        raise Stop(libraries_advice(packages))


# ---- the virtual environment


def venv_folder():
    return os.path.join(ROOT, ".venv")


def venv_python(folder, windows):
    return os.path.join(folder, "Scripts", "python.exe") if windows else os.path.join(folder, "bin", "python")


def fingerprint(extra, project=None):
    """What the environment was made from: it is made anew when this changes."""
    with open(project or os.path.join(ROOT, "pyproject.toml"), "rb") as stream:
        content = stream.read()
    # an editable install knows where the checkout is: a moved one is installed again
    words = "%s|%s|%s" % (sys.version, ROOT, extra)
    return hashlib.sha256(content + words.encode()).hexdigest()


def stamp_path(extra):
    return os.path.join(venv_folder(), "lifbench-%s.stamp" % (extra or "run"))


def is_current(extra):
    """Whether the environment was finished for just this project file. The stamp is written last of all."""
    try:
        with open(stamp_path(extra)) as stream:
            return stream.read() == fingerprint(extra) and os.path.exists(venv_python(venv_folder(), os.name == "nt"))
    except OSError:
        return False


def make_venv():
    folder = venv_folder()
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "venv", folder]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        return
    said = done.stdout.decode(errors="replace").strip()
    package = "python%d.%d-venv" % sys.version_info[:2]
    if "ensurepip" in said or "No module named venv" in said:
        prefix = may_install()
        if prefix is not None:
            apt_install(prefix, ["python3-venv"])
            if subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
                return
        raise Stop(
            "this Python has no venv module; on Debian or Ubuntu run\n    sudo apt-get install -y %s\n  then run this again."
            % package
        )
    raise Stop("the folder %s cannot be made: %s" % (folder, said.splitlines()[-1] if said else "no reason was given"))


def ensure_venv(extra):
    """The environment's Python, installed if need be."""
    python = venv_python(venv_folder(), os.name == "nt")
    if is_current(extra):
        return python
    say("making the Python environment .venv (once; a few minutes on a slow line)")
    other = "test" if not extra else ""
    if not is_current(other):
        make_venv()
    target = ROOT + ("[%s]" % extra if extra else "")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", target]
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    if done.returncode != 0:
        tail = "\n    ".join(done.stdout.decode(errors="replace").strip().splitlines()[-6:])
        raise Stop(
            "the Python packages could not be installed. Is there a network, and room on the disk? pip said:\n    %s\n"
            "  Run this again when that is mended; what was there is not harmed." % tail
        )
    with open(stamp_path(extra), "w") as stream:
        stream.write(fingerprint(extra))
    return python


# ---- the display


def display_answers(environment):
    """Whether there is a screen to show a window on."""
    if os.name == "nt" or sys.platform == "darwin":
        return True
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return platform not in ("offscreen", "minimal")
    if environment.get("WAYLAND_DISPLAY"):
        return True
    display = environment.get("DISPLAY", "")
    if not display:
        return False
    host, _, number = display.rpartition(":")
    number = number.split(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return True  # forwarded from elsewhere: only Qt can tell
    # NUL: Linux also has the socket in its abstract name space
    for address in ("/tmp/.X11-unix/X" + number, "\0/tmp/.X11-unix/X" + number):
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(address)
                return True
        except OSError:
            continue
    return False


# ---- the two commands


def start(command, environment=None):
    """Run a command to its end; its exit status. An interrupt is the child's to answer."""
    with subprocess.Popen(command, env=environment) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue


def run(arguments):
    display = display_answers(os.environ)
    ensure_libraries(window=display)
    python = ensure_venv("")
    if display:
        return start([python, "-m", "lifbench"] + arguments)
    folder = os.path.join(ROOT, "lifbench-demo")
    say("there is no display here, so the same window runs off-screen for a few seconds")
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    return start([python, "-m", "lifbench.app", "--offscreen-demo", folder] + arguments, environment)


def test(arguments):
    ensure_libraries(window=False)
    python = ensure_venv("test")
    environment = dict(os.environ)
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.chdir(ROOT)
    failed = []
    if not arguments:
        checks = {
            "ruff": ["-m", "ruff", "check", "lifbench", "tests", "packaging"],
            "mypy": ["-m", "mypy"],
            "import-linter": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
        }
        for name, words in checks.items():
            say(name)
            if start([python] + words, environment):
                failed.append(name)
    status = start([python, "-m", "pytest"] + arguments, environment)
    if failed:
        say("failed besides the tests above: %s" % ", ".join(failed))
        return 1
    return status


def main(arguments):
    commands = {"run": run, "test": test}
    if not arguments or arguments[0] not in commands:
        say("usage: python3 packaging/bootstrap.py run [FILE]   or   python3 packaging/bootstrap.py test [PYTEST ARGUMENTS]")
        return 2
    try:
        check_python(sys.version_info)
        return commands[arguments[0]](arguments[1:])
    except Stop as stop:
        say(str(stop))
        return 1
    except OSError as error:
        say("%s; is the folder of the checkout writable, and is there room on the disk?" % error)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
