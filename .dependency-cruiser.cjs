/**
 * The import law (docs/architecture.md). A room may import what its list names, itself, and packages; everything else is an error.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const rooms = {
  domain: [],
  normalize: ["domain"],
  pricing: ["domain"],
  ledger: ["domain"],
  config: ["domain"],
  outbound: ["domain"],
  storage: ["domain", "config"],
  otlp: ["ingest", "domain", "config", "auth", "http"],
  ingest: ["normalize", "ledger", "pricing", "storage/analytics", "domain", "config"],
  query: ["storage/analytics", "domain", "config", "auth", "http"],
  dashboards: ["query", "domain", "config", "auth", "http"],
  budgets: ["query", "storage/control", "domain", "config", "auth", "http"],
  alerts: ["budgets", "outbound", "storage/control", "domain", "config", "auth", "http"],
  savings: ["query", "domain", "config", "auth", "http"],
  prices: [
    "pricing",
    "ingest",
    "outbound",
    "query",
    "storage/control",
    "storage/analytics",
    "domain",
    "config",
    "auth",
    "http",
  ],
  projects: ["storage/control", "auth", "domain", "config", "http"],
  auth: ["storage/control", "domain", "config", "http"],
  http: ["domain", "config"],
  health: ["storage", "domain", "config", "http", "auth", "ingest"],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} may import only: ${allowed.join(", ") || "nothing"}`,
  severity: "error",
  from: { path: `^src/server/${room}/`, pathNot: "\\.spec\\.ts$" },
  to: {
    path: "^(src|test|tools|bench|web|dashboards)/",
    pathNot: [
      `^src/server/${room}/`,
      "^src/sdk/src/semconv\\.ts$",
      ...allowed.map((name) => `^src/server/${name}/`),
    ],
  },
}));

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "sdk-is-alone",
      comment: "the wrapper runs in the user's process: OpenTelemetry only, vendor SDKs as types only",
      severity: "error",
      from: { path: "^src/sdk/src/", pathNot: "\\.spec\\.ts$" },
      to: {
        pathNot: [
          "^src/sdk/src/",
          "node_modules/@opentelemetry/",
          "^node:",
          "^(async_hooks|crypto|fs|path|os|url|process|buffer|timers|diagnostics_channel|module)$",
        ],
        dependencyTypesNot: ["type-only", "core"],
      },
    },
    {
      name: "server-sees-semconv-only",
      severity: "error",
      from: { path: "^src/server/" },
      to: { path: "^src/sdk/", pathNot: "^src/sdk/src/semconv\\.ts$" },
    },
    {
      name: "nothing-imports-test",
      severity: "error",
      from: { pathNot: "^test/|\\.spec\\.ts$" },
      to: { path: "^test/" },
    },
    {
      name: "storage-rooms-apart",
      severity: "error",
      from: { path: "^src/server/storage/(analytics|control)/" },
      to: { path: "^src/server/storage/", pathNot: "^src/server/storage/$1/" },
    },
    {
      name: "pure-rooms",
      comment: "the product's truth is tested by tables, without a container or a database",
      severity: "error",
      from: { path: "^src/server/(domain|normalize|pricing|ledger)/", pathNot: "\\.spec\\.ts$" },
      to: { path: "node_modules/(@nestjs|typeorm|pg|chdb|@clickhouse|fastify)" },
    },
    ...roomRules,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/|node_modules/.*/node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
