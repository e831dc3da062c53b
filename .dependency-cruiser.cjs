/**
 * The layers of the project. CONTRIBUTING.md describes them.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "No import cycles, type-only imports included.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "lib-only-lib",
      comment: "lib/ contains pure values and functions.",
      severity: "error",
      from: { path: "^lib/" },
      to: { pathNot: ["^lib/", "^node_modules/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "lib-no-constructs",
      comment: "lib/ imports neither the framework nor its providers.",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^node_modules/(cdktf|constructs|@cdktf)/" },
    },
    {
      name: "constructs-only-lib",
      severity: "error",
      from: { path: "^constructs/" },
      to: { pathNot: ["^(constructs|lib)/", "^node_modules/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "index-without-aws",
      comment: "Users of constructs/index.ts need no AWS provider.",
      severity: "error",
      from: { path: "^constructs/index\\.ts$" },
      to: { path: "^node_modules/@cdktf/provider-aws/", reachable: true },
    },
    {
      name: "cli-only-lib",
      comment: "tools/cli/ ships to users.",
      severity: "error",
      from: { path: "^tools/cli/" },
      to: { pathNot: ["^(tools/cli|lib)/", "^node_modules/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "local-only-cli-and-lib",
      severity: "error",
      from: { path: "^tools/local/" },
      to: { pathNot: ["^(tools/(cli|local)|lib)/", "^node_modules/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "package-without-dev-dependencies",
      comment: "The package contains no modules that only this project installs.",
      severity: "error",
      from: { path: "^(lib|constructs|tools/cli)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "type-only"] },
    },
    {
      name: "examples-only-public-api",
      severity: "error",
      from: { path: "^(examples/|main\\.ts$)" },
      to: { pathNot: ["^constructs/(index|aws)\\.ts$", "^node_modules/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "only-tests-import-tests",
      severity: "error",
      from: { pathNot: "^__tests__/" },
      to: { path: "^__tests__/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|cdktf\\.out|\\.cdktf-monitoring|coverage)/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
