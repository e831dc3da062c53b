/** Quotes a word for a POSIX shell, unless the shell reads it as one plain word anyway. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Quotes a path for a POSIX shell, which still replaces a leading `~` with the home folder. */
export function shellQuotePath(path: string): string {
  if (path === "~") return path;
  return path.startsWith("~/") && path.length > 2 ? `~/${shellQuote(path.slice(2))}` : shellQuote(path);
}
