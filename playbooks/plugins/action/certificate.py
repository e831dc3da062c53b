"""The action certificate: gives a component a key and a certificate of the monitoring's private authority.

Its options are documented in plugins/modules/certificate.py.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from controller import authority
from controller.certificates import Subject, end_of, issue, reason_to_replace
from controller.errors import RunError
from controller.lifetime import die_with_parent
from controller.mover import Members
from controller.renewals import note_end


class ActionModule(ActionBase):
    """Runs on the controller, and writes the files by the module file_tree."""

    _VALID_ARGS = frozenset(("kind", "folder", "server", "addresses", "authority", "compare", "present", "files", "members", "manifest"))
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        die_with_parent()  # Ansible runs each task in a process, which must not outlive a killed Ansible.
        args = self._task.args
        subject = Subject(str(args["kind"]), str(args["server"]), tuple(map(str, args["addresses"])))
        present = {name: base64.b64decode(text or "").decode() for name, text in args["present"].items()}
        files = dict(args.get("files") or {})
        host, members = str(args["authority"]), Members.read(Path(args["members"]))
        folder = Path(args["members"]).parent
        problem, authorities = "", present["authority"]
        try:
            known = authority.published(host, members, folder)
            # The certificate must be from the authority that signs, because that may be another one since the last deploy.
            authorities, files["authority.pem"] = known.certificate, known.trusted
        except RunError as error:
            if boolean(args.get("compare", False)):
                raise AnsibleActionFail(str(error)) from error
            problem = str(error)
        reason = reason_to_replace(present["certificate"], authorities, subject)
        certificate = present["certificate"]
        if reason and not self._task.check_mode:
            try:
                signing, pair = authority.sign_with(host, members, folder)
                own = issue(pair, subject)
            except (RunError, ValueError) as error:
                raise AnsibleActionFail(str(error)) from error
            certificate = own.certificate
            files |= {"key.pem": own.key, "certificate.pem": own.certificate, "authority.pem": signing.trusted}
        elif problem:
            result["monitoring_warnings"] = [f"the certificate of {subject.kind} was not compared with the authority: {problem}"]
        tree = {
            "root": str(args["folder"]),
            "group": subject.kind,
            "folder_mode": "0750",
            "files": files,
            "manifest": str(args["manifest"]),
        }
        written = self._execute_module("file_tree", module_args=tree, task_vars=task_vars)
        # The difference would show the key.
        written.pop("diff", None)
        if written.get("failed"):
            return result | written
        if not self._task.check_mode:
            note_end(folder, task_vars["inventory_hostname"], end_of(certificate))
        return result | written | {"reason": reason, "changed": bool(reason) or written.get("changed", False)}
