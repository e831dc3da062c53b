#!/usr/bin/python
"""Writes a service's configuration: many small files in one task."""

from __future__ import annotations

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: file_tree
short_description: Writes many small files
description:
    - Writes the files of a folder that differ from their wanted content, each atomically, and leaves the others untouched.
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


class Tree:
    """The folder and its wanted content."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._root: str = module.params["root"]
        self._group: str = module.params["group"]
        mode = module.params["folder_mode"]
        self._folder_mode = int(mode, 8) if mode else None
        self.changed: list[str] = []
        self.diff: list[dict[str, str]] = []

    def folder(self, path: str) -> None:
        """Creates a folder below the root, and the folders above it."""
        above = os.path.dirname(path)
        if path:
            self.folder(above)
        absolute = os.path.join(self._root, path) if path else self._root
        if not os.path.isdir(absolute) and (path or ".") not in self.changed:
            self._note(path or ".", "", "a folder\n")
            # mkdir, not makedirs: the folders above the root belong to the system.
            if not self._module.check_mode:
                os.mkdir(absolute)
                self._set(absolute, self._folder_mode or 0o755)
        if self._folder_mode:
            self._own(path or ".", absolute, self._folder_mode)

    def file(self, path: str, content: str, mode: int) -> None:
        """Writes a file if its content or mode differs."""
        absolute = os.path.join(self._root, path)
        wanted = content.encode()
        present = read(absolute)
        if present != wanted:
            self._note(path, (present or b"").decode("utf-8", "replace"), content)
            if self._module.check_mode:
                return
            handle, temporary = tempfile.mkstemp(dir=os.path.dirname(absolute), prefix=".new-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(wanted)
            # Sets the mode before the file gets its name, so that no unauthorized user can read it.
            self._set(temporary, mode)
            os.replace(temporary, absolute)
        self._own(path, absolute, mode)

    def link(self, absolute: str, target: str) -> None:
        """Creates or redirects a symbolic link."""
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

    def remove(self, absolute: str) -> None:
        """Removes a file if it exists."""
        present = read(absolute)
        if present is None:
            return
        self._note(absolute, present.decode("utf-8", "replace"), "")
        if not self._module.check_mode:
            os.unlink(absolute)

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
        for path in module.params["absent"]:
            tree.remove(path)
        for path, target in module.params["links"].items():
            tree.link(path, target)
    except OSError as error:
        module.fail_json(msg=f"{error.filename or module.params['root']}: {error.strerror}", paths=tree.changed)
    module.exit_json(changed=bool(tree.changed), paths=tree.changed, diff=tree.diff)


if __name__ == "__main__":
    main()
