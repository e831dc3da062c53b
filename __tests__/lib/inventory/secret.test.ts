import { Secret } from "../../../lib/inventory/secret";

describe("Secret", () => {
  test("refers to an environment variable or a file, with a version", () => {
    expect(Secret.fromEnvironment("SCRAPE_TOKEN")._reference("scrape_app")).toEqual({
      name: "scrape_app",
      environment: "SCRAPE_TOKEN",
      version: "1",
    });
    expect(Secret.fromFile("/run/secrets/token", { version: "2" })._reference("token")).toEqual({
      name: "token",
      file: "/run/secrets/token",
      version: "2",
    });
  });

  test("rejects the secret itself without repeating it", () => {
    const mistake = (): Secret => Secret.fromEnvironment("xoxb-123-abc");
    expect(mistake).toThrow("not the name of an environment variable: pass a name such as");
    expect(mistake).not.toThrow(/xoxb/);
  });

  test("rejects an empty path", () => {
    expect(() => Secret.fromFile("")).toThrow("Secret.fromFile: the path is empty: pass the path of a file");
  });
});
