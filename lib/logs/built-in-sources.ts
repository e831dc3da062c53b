import { Parser } from "./log-format";
import { LogSource } from "./log-source";

/** Anybody may write to the journal under any name; whose process it was, the kernel tells. */
const ROOT = { _UID: "0" };

/** What every member sends: logins by SSH, what sudo allowed and denied, and what the kernel killed for want of memory. */
export const BUILT_IN_SOURCES: readonly LogSource[] = [
  LogSource._fromJournalGroups("sshd", [
    { fields: { SYSLOG_IDENTIFIER: "sshd(-session|-auth)?", ...ROOT }, kind: "audit", parser: Parser.NONE },
  ]),
  // It writes as whoever called it, and may be gone before journald has seen what program it was: a user can write such
  // lines, too.
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

/** The same logins where a server keeps no journal, from the file that a syslog daemon writes: its lines get the job `sshd` or `sudo`. */
export const AUTH_LOG: LogSource = LogSource._fromFileGroups(
  "auth",
  [{ paths: ["/var/log/auth.log"], exclude: [], kind: "audit", parser: Parser.AUTH }],
  false,
);
