import { Parser } from "./log-format";
import { LogSource } from "./log-source";

/** Every user can write to the journal under any identifier, but only the kernel sets `_UID`. */
const FROM_ROOT = { _UID: "0" };

/** Log sources of every member: SSH logins, allowed and denied sudo commands, and OOM kills. */
export const BUILT_IN_SOURCES: readonly LogSource[] = [
  LogSource._fromJournalGroups("sshd", [
    { fields: { SYSLOG_IDENTIFIER: "sshd(-session|-auth)?", ...FROM_ROOT }, kind: "audit", parser: Parser.NONE },
  ]),
  // sudo logs under the UID of its caller and may exit before journald identifies the program. The source therefore
  // matches the identifier only, and a user can forge such lines.
  LogSource._fromJournalGroups("sudo", [{ fields: { SYSLOG_IDENTIFIER: "sudo" }, kind: "audit", parser: Parser.NONE }]),
  LogSource._fromJournalGroups("kernel", [
    {
      fields: { _TRANSPORT: "kernel" },
      kind: "oom",
      parser: Parser.NONE,
      only: "(?i)out of memory|oom-kill|oom_reaper",
    },
  ]),
];

/**
 * Log source of a server without a journal: `auth.log` of a syslog daemon. Its lines get the job `sshd` or `sudo`.
 */
export const AUTH_LOG: LogSource = LogSource._fromFileGroups(
  "auth",
  [{ paths: ["/var/log/auth.log"], exclude: [], kind: "audit", parser: Parser.AUTH }],
  false,
);
