import { FRAMEWORK } from "../command";

/** Versions of a framework with which new projects are tested. */
interface FrameworkVersions {
  readonly framework: string;
  readonly cli: string;
  readonly constructs: string;
  readonly nullProvider: string;
  readonly awsProvider: string;
}

/** By the name of the framework. The keys have no quotes, so that each package contains both entries. */
const FRAMEWORKS: Readonly<Record<string, FrameworkVersions>> = {
  cdktf: {
    framework: "0.21.0",
    cli: "0.21.0",
    constructs: "10.8.1",
    nullProvider: "11.0.1",
    awsProvider: "20.1.0",
  },
  cdktn: {
    framework: "0.24.0",
    cli: "0.24.0",
    constructs: "10.7.2",
    nullProvider: "15.0.2",
    awsProvider: "25.7.0",
  },
};

/** Tools of a new project. TypeScript 7 is too new for them. */
const TOOLS: Readonly<Record<string, string>> = {
  "@swc/core": "1.15.0",
  "@swc/jest": "0.2.39",
  "@types/jest": "30.0.0",
  "@types/node": "20.19.43",
  jest: "30.5.2",
  tsx: "4.23.15",
  typescript: "6.0.3",
};

/** The npm packages of a new project that work together. */
export interface ProjectPackages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * Returns the packages of a new project.
 *
 * @param aws whether the project deploys to AWS
 */
export function projectPackages(aws: boolean, framework: string = FRAMEWORK): ProjectPackages {
  const versions = FRAMEWORKS[framework];
  if (!versions) throw new Error(`no versions for the framework ${framework}`);
  return {
    dependencies: {
      [`@${framework}/provider-null`]: versions.nullProvider,
      ...(aws ? { [`@${framework}/provider-aws`]: versions.awsProvider } : {}),
      [framework]: versions.framework,
      constructs: versions.constructs,
    },
    devDependencies: { ...TOOLS, [`${framework}-cli`]: versions.cli },
  };
}
