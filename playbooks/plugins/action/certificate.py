"""The action certificate: gives a component a key and a certificate, of the monitoring's private authority or of a PKI of the user.

Its options are documented in plugins/modules/certificate.py.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from controller import authority, pki
from controller.certificates import Subject, end_of, issue, reason_to_replace
from controller.errors import RunError
from controller.lifetime import die_with_parent
from controller.mover import Members
from controller.renewals import note_end


class ActionModule(ActionBase):
    """Runs on the controller, and writes the files by the module file_tree."""

    _VALID_ARGS = frozenset(("kind", "group", "folder", "server", "addresses", "authority", "own", "compare", "present", "files", "members", "manifest"))
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        die_with_parent()  # Ansible runs each task in a process, which must not outlive a killed Ansible.
        args = self._task.args
        subject = Subject(str(args["kind"]), str(args["server"]), tuple(map(str, args["addresses"])))
        present = {name: base64.b64decode(text or "").decode() for name, text in args["present"].items()}
        members = Members.read(Path(args["members"]))
        self._folder = Path(args["members"]).parent
        files, reason = dict(args.get("files") or {}), ""
        try:
            if own := args.get("own"):
                files |= {f"{part}.pem": text for part, text in pki.texts(plain(own), Path(members.probe["paths"]["project"])).items()}
            else:
                reason, issued = self._issue(subject, present, members, result)
                files |= issued
        except (RunError, ValueError) as error:
            raise AnsibleActionFail(str(error)) from error
        tree = {
            "root": str(args["folder"]),
            "group": str(args.get("group") or subject.kind),
            "folder_mode": "0750",
            "files": files,
            "manifest": str(args["manifest"]),
        }
        written = self._execute_module("file_tree", module_args=tree, task_vars=task_vars)
        # The difference would show the key.
        written.pop("diff", None)
        if written.get("failed"):
            return result | written
        if not self._task.check_mode and not own:
            note_end(self._folder, task_vars["inventory_hostname"], end_of(files.get("certificate.pem") or present["certificate"]))
        return result | written | {"reason": reason, "changed": bool(reason) or written.get("changed", False)}

    def _issue(self, subject: Subject, present: dict[str, str], members: Members, result: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """Why the private authority issues another certificate, empty if it does not, and the files that follow.

        Raises RunError, and ValueError if the authority is malformed.
        """
        host, problem, authorities = str(self._task.args["authority"]), "", present["authority"]
        files: dict[str, str] = {}
        try:
            known = authority.published(host, members, self._folder)
            # The certificate must be from the authority that signs, because that may be another one since the last deploy.
            authorities, files["authority.pem"] = known.certificate, known.trusted
        except RunError as error:
            if boolean(self._task.args.get("compare", False)):
                raise
            problem = str(error)
        reason = reason_to_replace(present["certificate"], authorities, subject)
        if reason and not self._task.check_mode:
            signing, pair = authority.sign_with(host, members, self._folder)
            own = issue(pair, subject)
            files = {"key.pem": own.key, "certificate.pem": own.certificate, "authority.pem": signing.trusted}
        elif problem:
            result["monitoring_warnings"] = [f"the certificate of {subject.kind} was not compared with the authority: {problem}"]
        return reason, files


def plain(value: Any) -> Any:
    """A value without the tags of Ansible."""
    return json.loads(json.dumps(value))
