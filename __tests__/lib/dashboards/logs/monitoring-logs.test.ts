import { Dashboard } from "../../../../lib/dashboards/dashboard";
import {
  built,
  coloursOf,
  columnsOf,
  expressionsOf,
  KINDS,
  panelTitled,
  subjectWith,
} from "../../../support/dashboards";

const dashboard = built(Dashboard.monitoringLogs(), subjectWith());

describe("Monitoring logs", () => {
  test("names the component and the message of frequent errors", () => {
    const panel = panelTitled(dashboard, "Most frequent errors");
    expect(columnsOf(panel)).toEqual(["Component", "Message", "Lines"]);
    expect(coloursOf(panel)).toEqual({ Lines: "red" });
  });

  test("gives components colours that are neither good nor bad", () => {
    const colours = Object.values(coloursOf(panelTitled(dashboard, "Lines by component")));
    expect(new Set(colours).size).toBe(KINDS.length);
    for (const meaning of ["green", "orange", "red"]) expect(colours).not.toContain(meaning);
  });

  test("colours lines by level", () => {
    expect(coloursOf(panelTitled(dashboard, "Lines by level"))).toEqual({
      "/(^| )(critical|error)$/": "red",
      "/(^| )warning$/": "orange",
      "/(^| )(info|debug)$/": "blue",
    });
  });

  test("leaves Loki's statistics of queries out of the newest lines, and nothing out of the errors", () => {
    const filter = 'caller=(metrics|engine|roundtrip)[.]go:"';
    expect(expressionsOf(panelTitled(dashboard, "Newest lines"))).toEqual([expect.stringContaining(filter)]);
    expect(expressionsOf(panelTitled(dashboard, "Newest errors"))).toEqual([expect.not.stringContaining("!~")]);
  });
});
