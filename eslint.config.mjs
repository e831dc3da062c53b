import js from "@eslint/js";
import jest from "eslint-plugin-jest";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "dist", "cdktf.out", ".cdktf-monitoring", "coverage"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `new` registers a construct in its scope, so its result is often unused, and a construct may be a class with only a
      // constructor.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["__tests__/**/*.test.ts"],
    ...jest.configs["flat/recommended"],
    rules: {
      ...jest.configs["flat/recommended"].rules,
      // Some tests call helpers that contain the expectations. Others are skipped if a program is missing.
      "jest/expect-expect": ["warn", { assertFunctionNames: ["expect*", "fc.assert"] }],
      "jest/no-standalone-expect": [
        "error",
        {
          additionalTestBlockFunctions: [
            "terraformTest",
            "cdktnTest",
            "awsTest",
            "aclTest",
            "ansibleTest",
            "moduleTest",
            "rootTest",
            "programTest",
            "promtoolTest",
            "amtoolTest",
            "logAgentTest",
            "lokiTest",
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.cjs", "**/*.mjs"],
    languageOptions: { globals: { module: "writable", process: "readonly", console: "readonly", URL: "readonly" } },
  },
  prettier,
);
