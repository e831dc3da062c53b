/**
 * What sshd and sudo write, as LogQL's filters and parsers. A visitor chooses the names of users, and may choose them so
 * that they look like the rest of a line: the parsers hold on to a line's end.
 */
const TAIL = "(?P<user>.*?)(?: from)? (?P<source>\\S+) port \\d+(?: ssh2)?(?:: .*)?(?: \\[preauth\\])?$";

/** Logins by SSH: `Accepted publickey for bob from 10.0.0.1 port 5123 ssh2: …`. */
export const ACCEPTED_LOGINS = "|~ `^Accepted \\S+ for `";

/**
 * Logins that failed: each refused password, and each connection that ended before it had logged in. With a key that is
 * refused there is no line but that.
 */
export const FAILED_LOGINS =
  "|~ `^Failed \\S+ for |^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (?:authenticating|invalid) user `";

/** Extracts `user` and `source` of either. */
export const LOGIN_FIELDS = `| regexp \`^(?:(?:Accepted|Failed) \\S+ for(?: invalid user)?|.*? (?:authenticating|invalid) user) ${TAIL}\``;

/** What sudo ran: `bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id`. */
export const SUDO_USES = "|~ `^ *\\S+ : [A-Z]+=.* ; COMMAND=`";

/** What sudo did not run: `bob : command not allowed ; TTY=pts/0 ; …`. */
export const SUDO_DENIALS = "|~ `^ *\\S+ : [^=;]+ ; .*COMMAND=`";

/** Extracts `user`, `target` and `command`, and of what was denied the `reason`. */
export const SUDO_FIELDS =
  "| regexp `^ *(?P<user>\\S+) : (?:(?P<reason>[^=;]+) ; )?.*?USER=(?P<target>\\S+) ; (?:.* ; )?COMMAND=(?P<command>\\S+)`";
