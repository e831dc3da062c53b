import { resolve } from "node:path";
import { projectRoot } from "../../../../tools/cli/project";
import { UserError } from "../../../../tools/cli/user-error";
import { parseOptions } from "../../../../tools/dev/screenshots/options";

describe("parseOptions", () => {
  it("makes the pictures in the README by default", () => {
    expect(parseOptions([], {})).toEqual({
      help: false,
      dashboards: ["fleet", "server", "application-logs"],
      output: resolve(projectRoot, "docs/images"),
      width: 1366,
      full: false,
      minutes: 15,
    });
  });

  it("parses a list of dashboards without repetitions", () => {
    expect(parseOptions(["--dashboards", "audit, fleet,audit"], {}).dashboards).toEqual(["audit", "fleet"]);
  });

  it("selects all dashboards", () => {
    expect(parseOptions(["--dashboards", "all"], {})).not.toHaveProperty("dashboards");
  });

  it("prefers --grafana to GRAFANA_HOME", () => {
    const environment = { GRAFANA_HOME: "/opt/grafana" };
    expect(parseOptions([], environment).grafana).toBe("/opt/grafana");
    expect(parseOptions(["--grafana", "/srv/grafana"], environment).grafana).toBe("/srv/grafana");
  });

  it("uses the deployed Grafana if GRAFANA_HOME is empty", () => {
    expect(parseOptions([], { GRAFANA_HOME: "" })).not.toHaveProperty("grafana");
  });

  it("parses a folder, a width and a duration", () => {
    const args = ["--output", "/tmp/pictures", "--width", "1920", "--full", "--minutes", "0"];
    expect(parseOptions(args, {})).toMatchObject({ output: "/tmp/pictures", width: 1920, full: true, minutes: 0 });
  });

  it.each([
    [["--width", "wide"], '--width: "wide" is not a whole number from 320 to 7680'],
    [["--width", "100"], '--width: "100" is not a whole number from 320 to 7680'],
    [["--minutes", "-1"], "--minutes"],
    [["--minutes", "1.5"], '--minutes: "1.5" is not a whole number from 0 to 1440'],
    [["--dashboards", "fleet,"], '--dashboards: "fleet," contains an empty name'],
    [["--all"], "--all"],
  ])("rejects %j", (args, message) => {
    expect(() => parseOptions(args, {})).toThrow(message);
  });

  it("reports an invalid number as an error of the user", () => {
    expect(() => parseOptions(["--minutes", "many"], {})).toThrow(UserError);
  });
});
