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

  test("rejects an empty path, and one with a quote or a control character", () => {
    for (const path of ["", 'a"b', "a\nb"])
      expect(() => Secret.fromFile(path)).toThrow(
        `Secret.fromFile: path: "${path}" is not the path of a file: it is empty, or contains a quote or a control character`,
      );
  });
});
