/**
 * LogQL filters and parsers for lines of sshd and sudo. An attacker chooses the user name and can make it look like the
 * rest of a line, so the expressions are anchored at the end of the line.
 */
const TAIL = "(?P<user>.*?)(?: from)? (?P<source>\\S+) port \\d+(?: ssh2)?(?:: .*)?(?: \\[preauth\\])?$";

/** Accepted SSH logins: `Accepted publickey for bob from 10.0.0.1 port 5123 ssh2: …`. */
export const ACCEPTED_LOGINS = "|~ `^Accepted \\S+ for `";

/**
 * Failed SSH logins: each rejected password, and each connection that ended before a login. For a rejected key, sshd
 * logs only the end of the connection.
 */
export const FAILED_LOGINS =
  "|~ `^Failed \\S+ for |^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (?:authenticating|invalid) user `";

/** Extracts `user` and `source` from accepted and failed logins. */
export const LOGIN_FIELDS = `| regexp \`^(?:(?:Accepted|Failed) \\S+ for(?: invalid user)?|.*? (?:authenticating|invalid) user) ${TAIL}\``;

/** Commands that sudo ran: `bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id`. */
export const SUDO_USES = "|~ `^ *\\S+ : [A-Z]+=.* ; COMMAND=`";

/** Commands that sudo denied: `bob : command not allowed ; TTY=pts/0 ; …`. */
export const SUDO_DENIALS = "|~ `^ *\\S+ : [^=;]+ ; .*COMMAND=`";

/** Extracts `user`, `target` and `command`, and the `reason` of a denial. */
export const SUDO_FIELDS =
  "| regexp `^ *(?P<user>\\S+) : (?:(?P<reason>[^=;]+) ; )?.*?USER=(?P<target>\\S+) ; (?:.* ; )?COMMAND=(?P<command>\\S+)`";
