import { unmatchedPaths } from "../../../lib/verify/log-paths";
import { readLook } from "../../../lib/verify/look";

test("what a log source reads that is not there is said with the server and the source", () => {
  const said = { unmatched: [{ job: "shop", path: "/var/log/shop/*.log" }] };
  expect(unmatchedPaths(readLook("app", { lines: [`said=log_agent ${JSON.stringify(said)}`] }))).toEqual([
    'app: there is no file /var/log/shop/*.log, which the log source "shop" reads',
  ]);
});

test("nothing is said of a server that has no log agent, or does not answer", () => {
  expect(unmatchedPaths(readLook("app", { lines: [] }))).toEqual([]);
  expect(unmatchedPaths(readLook("app", { lines: ["said=log_agent no JSON"] }))).toEqual([]);
});
