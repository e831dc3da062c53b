/** Settings of both projects: "unit" runs anywhere, "e2e" starts real servers. @type {import("jest").Config} */
const common = {
  testEnvironment: "node",
  // Not in TMPDIR, so that the cache is kept between calls.
  cacheDirectory: "<rootDir>/node_modules/.cache/jest",
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/cdktf.out/"],
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/cdktf.out", "<rootDir>/.cdktf-monitoring"],
};

module.exports = {
  // Many tests start programs, which may take longer than the default of 5 s on a busy machine.
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: [...common.testPathIgnorePatterns, "/__tests__/e2e/"],
    },
    { ...common, displayName: "e2e", testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"] },
  ],
};
