import { createServer, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GrafanaApi, Login, scriptOf } from "../../../../tools/dev/screenshots/grafana-api";

const PAGE = '<html><script nonce="n" src="public/build/runtime~app.1a2b.js" type="text/javascript"></script></html>';

describe("scriptOf", () => {
  it.each([
    [PAGE, "public/build/runtime~app.1a2b.js"],
    ['<script src="/grafana/public/build/app.js"></script>', "public/build/app.js"],
    ["<html>Failed to load the web UI</html>", undefined],
    ['<script src="https://example.com/other.js"></script>', undefined],
  ])("of %j is %j", (page, script) => {
    expect(scriptOf(page)).toBe(script);
  });
});

describe("GrafanaApi", () => {
  let server: Server;
  let answers: Readonly<Record<string, string>>;
  let authorization: string | undefined;
  let login: Login;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const body = answers[request.url ?? ""];
      ({ authorization } = request.headers);
      response.writeHead(body === undefined ? 404 : 200).end(body ?? "not found");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    login = { url, user: "admin", password: "secret" };
  });

  afterEach(() => {
    server.close().closeAllConnections();
  });

  it("has a web UI if the script of the login page exists", async () => {
    answers = { "/login": PAGE, "/public/build/runtime~app.1a2b.js": "" };
    expect(await new GrafanaApi(login).hasWebUi()).toBe(true);
  });

  it.each([
    ["the script is missing", { "/login": PAGE }],
    ["the page has no script", { "/login": "<html></html>" }],
    ["the page is missing", {}],
  ])("has no web UI if %s", async (_, found) => {
    answers = found;
    expect(await new GrafanaApi(login).hasWebUi()).toBe(false);
  });

  it("sorts the dashboards by title", async () => {
    const found = [
      { uid: "b", title: "Server", type: "dash-db" },
      { uid: "a", title: "Fleet", type: "dash-db" },
    ];
    answers = { "/api/search?type=dash-db&limit=1000": JSON.stringify(found) };
    expect(await new GrafanaApi(login).dashboards()).toEqual([
      { uid: "a", title: "Fleet" },
      { uid: "b", title: "Server" },
    ]);
    expect(authorization).toBe(`Basic ${Buffer.from("admin:secret").toString("base64")}`);
  });

  it("returns a dashboard without its id", async () => {
    answers = { "/api/dashboards/uid/a": JSON.stringify({ dashboard: { id: 7, uid: "a", panels: [] } }) };
    expect(await new GrafanaApi(login).model("a")).toEqual({ id: null, uid: "a", panels: [] });
  });

  it("reports the status of a failed request", async () => {
    answers = {};
    await expect(new GrafanaApi(login).dataSources()).rejects.toThrow("/api/datasources answers 404: not found");
  });

  it("reports a Grafana that does not answer", async () => {
    const closed = new GrafanaApi({ ...login, url: "http://127.0.0.1:1" });
    await expect(closed.dashboards()).rejects.toThrow("http://127.0.0.1:1 does not answer");
  });
});
