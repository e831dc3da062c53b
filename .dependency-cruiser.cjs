/** A rule: the modules of a layer import only modules that match `allowed`, packages, and Node.js. */
const layer = (name, path, allowed) => ({
  name,
  severity: "error",
  from: { path },
  to: { pathNot: [allowed, "^node_modules/"], dependencyTypesNot: ["core"] },
});

/**
 * The layers of the project, which CONTRIBUTING.md describes.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
module.exports = {
  forbidden: [
    layer("lib-only-lib", "^lib/", "^lib/"),
    layer("constructs-only-lib", "^constructs/", "^(constructs|lib)/"),
    layer("cli-only-lib", "^tools/cli/", "^(tools/cli|lib)/"),
    layer("local-only-cli-and-lib", "^tools/local/", "^(tools/(cli|local)|lib)/"),
    layer("examples-only-public-api", "^(examples/|main\\.ts$)", "^constructs/(index|aws)\\.ts$"),
    {
      name: "only-tests-import-tests",
      severity: "error",
      from: { pathNot: "^__tests__/" },
      to: { path: "^__tests__/" },
    },
    {
      name: "no-circular",
      comment: "Type-only imports count as well.",
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
      name: "lib-without-framework",
      comment: "lib/ contains only values and functions.",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^node_modules/(cdktf|constructs|@cdktf)/" },
    },
    {
      name: "index-without-aws",
      comment: "Users of constructs/index.ts need no AWS provider.",
      severity: "error",
      from: { path: "^constructs/index\\.ts$" },
      to: { path: "^node_modules/@cdktf/provider-aws/", reachable: true },
    },
    {
      name: "package-without-dev-dependencies",
      comment: "Users of the package do not install the development dependencies.",
      severity: "error",
      from: { path: "^(lib|constructs|tools/cli)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "type-only"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|cdktf\\.out|\\.cdktf-monitoring|coverage)/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
