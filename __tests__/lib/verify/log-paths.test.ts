import { unmatchedPaths } from "../../../lib/verify/log-paths";
import { readObservation } from "../../../lib/verify/observation";

test("what a log source reads that is not there is said with the server and the source", () => {
  const said = { unmatched: [{ job: "shop", path: "/var/log/shop/*.log" }] };
  expect(unmatchedPaths(readObservation("app", { lines: [`said=log_agent ${JSON.stringify(said)}`] }))).toEqual([
    'app: there is no file /var/log/shop/*.log, which the log source "shop" reads',
  ]);
});

test("nothing is said of a server that has no log agent, or does not answer", () => {
  expect(unmatchedPaths(readObservation("app", { lines: [] }))).toEqual([]);
  expect(unmatchedPaths(readObservation("app", { lines: ["said=log_agent no JSON"] }))).toEqual([]);
});
