import { dataSourcesFile } from "../../../../tools/dev/screenshots/started-grafana";

describe("dataSourcesFile", () => {
  it("queries the data sources through the deployed Grafana", () => {
    const source = { uid: "loki", name: "Loki", type: "loki", isDefault: false, jsonData: { maxLines: 1000 } };
    const deployed = { url: "http://198.18.0.10:3000", user: "admin", password: "secret" };
    expect(dataSourcesFile([source], deployed)).toEqual({
      apiVersion: 1,
      datasources: [
        {
          ...source,
          orgId: 1,
          access: "proxy",
          url: "http://198.18.0.10:3000/api/datasources/proxy/uid/loki",
          basicAuth: true,
          basicAuthUser: "admin",
          secureJsonData: { basicAuthPassword: "secret" },
        },
      ],
    });
  });
});
