#!/usr/bin/python
"""Writes a service's configuration: many small files in one task."""

from __future__ import annotations

import contextlib
import os
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: file_tree
short_description: Writes many small files
description:
    - Writes the files of a folder that differ from their wanted content, each atomically, and leaves the others untouched.
    - Replaces the files at the end, one right after the other, so that a program hardly ever reads a new key with an old certificate.
    - Creates the folders of the files, and removes files that are no longer wanted.
    - A loop over M(ansible.builtin.copy) or M(ansible.builtin.template) has the same result, and takes about a second for each
      file.
options:
    root:
        description: Absolute path of the folder.
        type: path
        required: true
    group:
        description: Group of all files and folders. Their owner is root.
        type: str
        default: root
    folders:
        description: Folders to create below O(root), even if no files are in them.
        type: list
        elements: str
        default: []
    folder_mode:
        description:
            - Mode of O(root) and of all folders below it that have files.
            - Without it, existing folders keep their mode, and new ones get V(0755).
        type: str
    files:
        description: Content of the files, by path relative to O(root).
        type: dict
        default: {}
    modes:
        description: Modes of files whose mode is not V(0640), by path relative to O(root).
        type: dict
        default: {}
    absent:
        description: Absolute paths of files to remove.
        type: list
        elements: path
        default: []
    links:
        description: Targets of symbolic links, by absolute path. A file or folder in the place of a link is an error.
        type: dict
        default: {}
    manifest:
        description:
            - File that lists what this project created on the server, as C(manifest.sh) of role base describes.
            - The module adds each file, folder, unit and link before it creates it, and removes the files of O(absent).
            - Without O(folder_mode), existing folders are not added, because they belong to the system.
        type: path
attributes:
    check_mode:
        support: full
    diff_mode:
        support: full
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Write the configuration of a service
  file_tree:
    root: /etc/example
    group: example
    folder_mode: "0750"
    folders: [secrets]
    files:
      example.yml: "port: 80\\n"
      rules/disk.yml: "{{ lookup('ansible.builtin.file', 'disk.yml') }}"
    absent: [/etc/example/rules/former.yml]
  register: files

- name: Write a unit and link the current release
  file_tree:
    root: /etc/systemd/system
    files: {example.service: "{{ lookup('ansible.builtin.template', 'example.service.j2') }}"}
    modes: {example.service: "0644"}
    links: {/opt/example/current: /opt/example/1.2.0}
"""

RETURN = """
paths:
    description: Changed files and folders by path relative to O(root), and removed files and changed links by absolute path.
    type: list
    elements: str
    returned: always
"""


UNITS = "/systemd/system"
UNIT_TYPES = (".service", ".path", ".socket", ".target", ".timer")


class Manifest:
    """The list of everything that this project created for a component: lines of KIND PATH."""

    def __init__(self, path: str | None, check: bool) -> None:
        self._path = None if check else path
        self._lines = set((read(path) or b"").decode().splitlines()) if path else set()

    def add(self, kind: str, path: str) -> None:
        """Adds a path before it is created."""
        line = f"{kind} {path}"
        if self._path is None or line in self._lines:
            return
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
            stream.write(line + "\n")
        self._lines.add(line)

    def add_file(self, path: str) -> None:
        """Adds a file, which may be a unit."""
        is_unit = os.path.dirname(path).endswith(UNITS) and path.endswith(UNIT_TYPES)
        self.add("unit" if is_unit else "file", path)

    def forget_files(self, paths: list[str]) -> None:
        """Removes the lines of files that were removed."""
        gone = {f"file {path}" for path in paths} & self._lines
        if self._path is None or not gone:
            return
        lines = (read(self._path) or b"").decode().splitlines()
        temporary = self._path + ".new"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
            stream.writelines(line + "\n" for line in lines if line not in gone)
        os.replace(temporary, self._path)
        self._lines -= gone


class Tree:
    """The folder and its wanted content."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._manifest = Manifest(module.params["manifest"], module.check_mode)
        self._root: str = module.params["root"]
        self._group: str = module.params["group"]
        mode = module.params["folder_mode"]
        self._folder_mode = int(mode, 8) if mode else None
        self._staged: list[tuple[str, str]] = []
        self.changed: list[str] = []
        self.diff: list[dict[str, str]] = []

    def folder(self, path: str) -> None:
        """Creates a folder below the root, and the folders above it."""
        above = os.path.dirname(path)
        if path:
            self.folder(above)
        absolute = os.path.join(self._root, path) if path else self._root
        exists = os.path.isdir(absolute)
        if self._folder_mode or not exists:
            self._manifest.add("folder", absolute)
        if not exists and (path or ".") not in self.changed:
            self._note(path or ".", "", "a folder\n")
            # mkdir, not makedirs: the folders above the root belong to the system.
            if not self._module.check_mode:
                os.mkdir(absolute)
                self._set(absolute, self._folder_mode or 0o755)
        if self._folder_mode:
            self._own(path or ".", absolute, self._folder_mode)

    def file(self, path: str, content: str, mode: int) -> None:
        """Writes a file if its content or mode differs. A new content is in place after `put`."""
        absolute = os.path.join(self._root, path)
        self._manifest.add_file(absolute)
        wanted = content.encode()
        present = read(absolute)
        if present != wanted:
            self._note(path, (present or b"").decode("utf-8", "replace"), content)
            if self._module.check_mode:
                return
            handle, temporary = tempfile.mkstemp(dir=os.path.dirname(absolute), prefix=".new-")
            self._staged.append((temporary, absolute))
            with os.fdopen(handle, "wb") as stream:
                stream.write(wanted)
            # Sets the mode before the file gets its name, so that no unauthorized user can read it.
            self._set(temporary, mode)
        else:
            self._own(path, absolute, mode)

    def put(self) -> None:
        """Puts the new contents in place."""
        while self._staged:
            os.replace(*self._staged[0])
            del self._staged[0]

    def discard(self) -> None:
        """Removes the new contents that are not in place."""
        for temporary, _ in self._staged:
            with contextlib.suppress(OSError):
                os.unlink(temporary)

    def link(self, absolute: str, target: str) -> None:
        """Creates or redirects a symbolic link."""
        self._manifest.add("link", absolute)
        before = os.readlink(absolute) if os.path.lexists(absolute) else ""
        if before == target:
            return
        self._note(absolute, before and before + "\n", target + "\n")
        if not self._module.check_mode:
            temporary = absolute + ".new"
            if os.path.lexists(temporary):
                os.unlink(temporary)
            os.symlink(target, temporary)
            os.replace(temporary, absolute)

    def remove(self, paths: list[str]) -> None:
        """Removes files that exist."""
        for absolute in paths:
            present = read(absolute)
            if present is None:
                continue
            self._note(absolute, present.decode("utf-8", "replace"), "")
            if not self._module.check_mode:
                os.unlink(absolute)
        self._manifest.forget_files(paths)

    def _own(self, path: str, absolute: str, mode: int) -> None:
        if self._module.check_mode and not os.path.lexists(absolute):
            return
        if self._set(absolute, mode) and path not in self.changed:
            self.changed.append(path)

    def _set(self, absolute: str, mode: int) -> bool:
        """Sets owner, group and mode, and returns whether one of them changed."""
        changed = self._module.set_owner_if_different(absolute, "root", False)
        changed = self._module.set_group_if_different(absolute, self._group, changed)
        return bool(self._module.set_mode_if_different(absolute, mode, changed))

    def _note(self, path: str, before: str, after: str) -> None:
        self.changed.append(path)
        self.diff.append({"before_header": path, "after_header": path, "before": before, "after": after})


def read(path: str) -> bytes | None:
    """Returns the content of a file, or None if it does not exist."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def main() -> None:
    """Runs on the server."""
    module = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "required": True},
            "group": {"type": "str", "default": "root"},
            "folders": {"type": "list", "elements": "str", "default": []},
            "folder_mode": {"type": "str"},
            "files": {"type": "dict", "default": {}},
            "modes": {"type": "dict", "default": {}},
            "absent": {"type": "list", "elements": "path", "default": []},
            "links": {"type": "dict", "default": {}},
            "manifest": {"type": "path"},
        },
        supports_check_mode=True,
    )
    tree = Tree(module)
    try:
        tree.folder("")
        for folder in module.params["folders"]:
            tree.folder(folder)
        for path, content in module.params["files"].items():
            tree.folder(os.path.dirname(path))
            tree.file(path, content, int(module.params["modes"].get(path, "0640"), 8))
        tree.put()
        tree.remove(module.params["absent"])
        for path, target in module.params["links"].items():
            tree.link(path, target)
    except OSError as error:
        tree.discard()
        module.fail_json(msg=f"{error.filename or module.params['root']}: {error.strerror}", paths=tree.changed)
    module.exit_json(changed=bool(tree.changed), paths=tree.changed, diff=tree.diff)


if __name__ == "__main__":
    main()
