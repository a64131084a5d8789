const swc = [
  "@swc/jest",
  {
    jsc: {
      target: "es2022",
      parser: { syntax: "typescript", decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: "es6" },
    sourceMaps: "inline",
  },
];

/** Vendor packages are loaded as they are; only our TypeScript is transformed. */
const base = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  transform: { "^.+\\.tsx?$": swc },
  moduleNameMapper: {
    "^@spanledger/sdk$": "<rootDir>/src/sdk/src/index.ts",
    "^@spanledger/sdk/(.*)$": "<rootDir>/src/sdk/src/$1.ts",
    "^(\\.{1,2}/.*)\\.js$": "$1",
  },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/src/sdk/dist", "<rootDir>/.tmp"],
};

const project = (displayName, testMatch) => ({ ...base, displayName, testMatch });

export default {
  // Engines start in hooks: on a busy machine that takes longer than Jest's five seconds.
  testTimeout: 30_000,
  projects: [
    project("unit", [
      "<rootDir>/src/**/*.spec.ts",
      "<rootDir>/test/unit/**/*.spec.ts",
      "<rootDir>/tools/**/*.spec.ts",
      "<rootDir>/dashboards/**/*.spec.ts",
    ]),
    project("integration", ["<rootDir>/test/integration/**/*.spec.ts"]),
    project("e2e", ["<rootDir>/test/e2e/**/*.spec.ts"]),
    project("browser", ["<rootDir>/test/browser/**/*.spec.ts"]),
  ],
};
