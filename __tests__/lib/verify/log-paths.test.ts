import { unmatchedLogPaths } from "../../../lib/verify/log-paths";
import { readObservation } from "../../../lib/verify/observation";
import { checkLines } from "../../support/fleet";

describe("unmatchedLogPaths", () => {
  it("names the server, the path and the log source", () => {
    const result = { unmatched: [{ job: "shop", path: "/var/log/shop/*.log" }] };
    expect(unmatchedLogPaths(readObservation("app", { lines: checkLines("log_agent", result) }))).toEqual([
      'app: /var/log/shop/*.log (log source "shop")',
    ]);
  });

  it("is empty for a server without a log agent or with a malformed answer", () => {
    expect(unmatchedLogPaths(readObservation("app", { lines: [] }))).toEqual([]);
    expect(unmatchedLogPaths(readObservation("app", { lines: ["check=log_agent no JSON"] }))).toEqual([]);
  });
});
