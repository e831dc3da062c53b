/** A test of what only root may do, and on Linux only, which servers are; elsewhere it is skipped. */
export function rootTest(title: string, run: () => Promise<void>): void {
  if (process.platform === "linux" && process.getuid?.() === 0) test(title, run);
  else test.skip(`${title} (skipped: it takes root on Linux)`, run);
}
