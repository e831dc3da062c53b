import { Secret } from "../../../lib/inventory/secret";

describe("Secret", () => {
  test("is the name of a place, and a version", () => {
    expect(Secret.fromEnvironment("SCRAPE_TOKEN").reference("scrape_app")).toEqual({
      name: "scrape_app",
      environment: "SCRAPE_TOKEN",
      version: "1",
    });
    expect(Secret.fromFile("/run/secrets/token", { version: "2" }).reference("token")).toEqual({
      name: "token",
      file: "/run/secrets/token",
      version: "2",
    });
  });

  test("refuses the secret itself without repeating it", () => {
    const mistake = (): Secret => Secret.fromEnvironment("xoxb-123-abc");
    expect(mistake).toThrow("takes the name of an environment variable");
    expect(mistake).not.toThrow(/xoxb/);
  });

  test("refuses an empty path", () => {
    expect(() => Secret.fromFile("")).toThrow("got an empty string");
  });
});
