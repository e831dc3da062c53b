#!/usr/bin/python
"""Puts a service's configuration in place: many small files at the price of one task."""

from __future__ import annotations

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: file_tree
short_description: Puts many small files in place
description:
    - Writes the files of a folder that are not as they should be, each whole or not at all, without touching the others.
    - Makes the folders that they lie in, and removes what is not wanted any more.
    - A loop over C(copy) or C(template) does the same, and takes the server a second for each file.
options:
    root:
        description: The folder, by its absolute path.
        type: path
        required: true
    group:
        description: The group that may read all of it. All of it belongs to root.
        type: str
        default: root
    folders:
        description: Folders below it that are needed whether files lie in them or not.
        type: list
        elements: str
        default: []
    folder_mode:
        description:
            - The mode of C(root) and of all folders below it that files lie in.
            - Where there is none, those that are there are left as they are, and new ones are for everybody to read.
        type: str
    files:
        description: What is in the files, by their paths below it.
        type: dict
        default: {}
    modes:
        description: The modes of files that have another than C(0640), by their paths.
        type: dict
        default: {}
    absent:
        description: Files that are not wanted any more, by their absolute paths.
        type: list
        elements: path
        default: []
    links:
        description: Symbolic links, by their absolute paths, with their targets. What is there and is none stays, and is an error.
        type: dict
        default: {}
author: cdktf-monitoring
"""

RETURN = """
paths:
    description: What was changed, by the paths below C(root) or, if it was removed or is a link, by its absolute path.
    type: list
    elements: str
    returned: always
"""


class Tree:
    """A folder that is brought to what it should be."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._root: str = module.params["root"]
        self._group: str = module.params["group"]
        mode = module.params["folder_mode"]
        self._folder_mode = int(mode, 8) if mode else None
        self.changed: list[str] = []
        self.diff: list[dict[str, str]] = []

    def folder(self, path: str) -> None:
        """Makes a folder below the root, with those above it."""
        above = os.path.dirname(path)
        if path:
            self.folder(above)
        absolute = os.path.join(self._root, path) if path else self._root
        if not os.path.isdir(absolute) and (path or ".") not in self.changed:
            self._note(path or ".", "", "a folder\n")
            # What lies above the root is the system's.
            if not self._module.check_mode:
                os.mkdir(absolute)
                self._set(absolute, self._folder_mode or 0o755)
        if self._folder_mode:
            self._own(path or ".", absolute, self._folder_mode)

    def file(self, path: str, content: str, mode: int) -> None:
        """Writes a file, if it is not as it should be."""
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
            # Nobody sees it before it is whole, and may be read by those only who should.
            self._set(temporary, mode)
            os.replace(temporary, absolute)
        self._own(path, absolute, mode)

    def link(self, absolute: str, target: str) -> None:
        """Has a symbolic link lead to its target."""
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
        """Removes a file, if it is there."""
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
        """Owner, group and mode; answers whether any was another."""
        changed = self._module.set_owner_if_different(absolute, "root", False)
        changed = self._module.set_group_if_different(absolute, self._group, changed)
        return bool(self._module.set_mode_if_different(absolute, mode, changed))

    def _note(self, path: str, before: str, after: str) -> None:
        self.changed.append(path)
        self.diff.append({"before_header": path, "after_header": path, "before": before, "after": after})


def read(path: str) -> bytes | None:
    """What is in a file; None where there is none."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def main() -> None:
    """Called by Ansible on the server."""
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
