import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { READABLE_VIEWS } from "../../../src/server/storage/analytics/project-tables.js";
import { BOARDS } from "../../../dashboards/source/index.js";
import { DATASOURCE_TYPE, DATASOURCE_UID, PLUGIN_VERSION } from "../../../dashboards/source/schema.js";
import { readConfig } from "../../../src/server/config/app-config.js";
import { envSchema } from "../../../src/server/config/env.schema.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = (path: string): string => readFileSync(root + path, "utf8");

interface Service {
  image?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
}

const compose = parse(text("docker-compose.yml")) as Compose;
const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

/** A value with compose's `${NAME:-default}` and `${NAME:?message}` filled in; required ones with a test password. */
function filled(value: string): string {
  return value.replace(/\$\{\w+:-([^}]*)\}/g, "$1").replace(/\$\{\w+:\?[^}]*\}/g, "test-password");
}

const mounts = Object.entries(compose.services).flatMap(([name, one]) =>
  (one.volumes ?? []).map((volume) => {
    const [source = "", target = "", mode = "rw"] = volume.split(":");
    return { name, source, target, mode };
  }),
);

describe("docker-compose.yml", () => {
  it("mounts only files that exist, read-only, and volumes that are declared", () => {
    expect(mounts.length).toBeGreaterThan(6);
    for (const { source, mode } of mounts) {
      if (!source.startsWith("./")) {
        expect(Object.keys(compose.volumes)).toContain(source);
        continue;
      }
      expect([source, existsSync(root + source), mode]).toEqual([source, true, "ro"]);
    }
    const used = new Set(mounts.map(({ source }) => source));
    expect(Object.keys(compose.volumes).filter((volume) => !used.has(volume))).toEqual([]);
  });

  it("sets only settings that the server reads, to values it accepts", () => {
    const environment = service("spanledger").environment ?? {};
    const unknown = Object.keys(environment).filter((name) => !(name in envSchema.shape));
    expect(unknown).toEqual([]);
    const config = readConfig(
      Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value)])),
    );
    expect(config.openMode).toBe(false);
    expect(config.facadePort).toBe(0);
    const clickhouse = new URL(config.clickhouseUrl ?? "");
    expect([clickhouse.hostname, clickhouse.username, clickhouse.pathname.slice(1)]).toEqual([
      "clickhouse",
      service("clickhouse").environment?.["CLICKHOUSE_USER"],
      service("clickhouse").environment?.["CLICKHOUSE_DB"],
    ]);
    const postgres = new URL(config.postgresUrl ?? "");
    expect([postgres.hostname, postgres.username, postgres.pathname.slice(1)]).toEqual([
      "postgres",
      service("postgres").environment?.["POSTGRES_USER"],
      service("postgres").environment?.["POSTGRES_DB"],
    ]);
  });

  it("publishes the ports that the server listens on, on loopback only", () => {
    const environment = service("spanledger").environment ?? {};
    const ports = (service("spanledger").ports ?? []).map((port) => port.split(":"));
    expect(ports.map(([host]) => host)).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(ports.map((port) => port.at(-1))).toEqual([
      environment["SPANLEDGER_PORT"],
      environment["SPANLEDGER_GRPC_PORT"],
    ]);
    const defaults = readConfig({});
    expect(ports.map((port) => Number(port.at(-1)))).toEqual([defaults.port, defaults.grpcPort]);
  });

  it("keeps the data directory on a volume", () => {
    const directory = service("spanledger").environment?.["SPANLEDGER_DATA_DIR"];
    const onVolume = mounts.filter(({ name, source }) => name === "spanledger" && !source.startsWith("./"));
    expect(onVolume.map(({ target }) => target)).toEqual([directory]);
  });

  it("waits for services that tell when they are healthy", () => {
    for (const [name, one] of Object.entries(compose.services)) {
      expect([name, one.healthcheck?.test.length ?? 0]).toEqual([name, expect.any(Number)]);
      expect(one.healthcheck?.test.length ?? 0).toBeGreaterThan(1);
      for (const [other, { condition }] of Object.entries(one.depends_on ?? {})) {
        expect([condition, service(other).healthcheck !== undefined]).toEqual(["service_healthy", true]);
      }
    }
    expect(JSON.stringify(service("spanledger").healthcheck)).toContain("/readyz");
  });

  it("asks for every password", () => {
    const secrets = Object.values(compose.services).flatMap((one) =>
      Object.entries(one.environment ?? {}).filter(([name]) => name.endsWith("PASSWORD")),
    );
    expect(secrets.length).toBeGreaterThan(4);
    for (const [name, value] of secrets)
      expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:\?/)]);
  });
});

describe("Grafana's provisioning", () => {
  const environment = service("grafana").environment ?? {};
  const folder = "dashboards/provisioning/";
  const files = ["datasources", "dashboards", "alerting"].flatMap((kind) =>
    readdirSync(root + folder + kind).map((name) => `${folder}${kind}/${name}`),
  );

  it("uses only variables that compose gives to Grafana", () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    const datasource = text(`${folder}datasources/spanledger.yaml`);
    const used = [...datasource.matchAll(/\$\{?([A-Z][A-Z0-9_]+)/g)].map(([, name = ""]) => name);
    expect(used.length).toBeGreaterThan(2);
    expect(used.filter((name) => !(name in environment))).toEqual([]);
  });

  it("defines the datasource that the boards name", () => {
    const { datasources } = parse(text(`${folder}datasources/spanledger.yaml`)) as {
      datasources: { uid: string; type: string; jsonData: Record<string, unknown> }[];
    };
    expect(datasources.map(({ uid, type }) => ({ uid, type }))).toEqual([
      { uid: DATASOURCE_UID, type: DATASOURCE_TYPE },
    ]);
    expect(datasources[0]?.jsonData).toMatchObject({ protocol: "http", port: 8123, enableRowLimit: false });
    expect(environment["GF_PLUGINS_PREINSTALL_SYNC"]).toBe(`${DATASOURCE_TYPE}@${PLUGIN_VERSION}`);
  });

  it("finds the boards where they are mounted", () => {
    const { providers } = parse(text(`${folder}dashboards/spanledger.yaml`)) as {
      providers: { options: { path: string } }[];
    };
    const path = providers[0]?.options.path;
    const mount = mounts.find(({ name, target }) => name === "grafana" && target === path);
    expect(mount?.source).toBe("./dashboards");
    const boards = readdirSync(root + "dashboards").filter((name) => name.endsWith(".json"));
    expect(boards).toHaveLength(BOARDS.length);
    const home = environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] ?? "";
    expect(existsSync(root + home.replace(String(path), "dashboards"))).toBe(true);
  });

  it("gives Grafana's user the rights it needs and no more", () => {
    const users = text("deploy/clickhouse/users.d/spanledger.xml");
    expect(users).toContain(`<password from_env="CLICKHOUSE_GRAFANA_PASSWORD"/>`);
    expect(service("clickhouse").environment).toHaveProperty("CLICKHOUSE_GRAFANA_PASSWORD");
    expect(users).toContain("<readonly>1</readonly>");
    const granted = [...users.matchAll(/GRANT SELECT ON spanledger\.(\w+)/g)].map(([, name]) => name);
    expect(new Set(granted)).toEqual(new Set([...READABLE_VIEWS, "calls_raw", "budget_standings"]));
    expect(users).toContain(`<${environment["CLICKHOUSE_GRAFANA_USER"]}>`);
  });

  it("has alert rules that point at panels", () => {
    const { groups } = parse(text(`${folder}alerting/spanledger.yaml`)) as {
      groups: {
        rules: {
          uid: string;
          dashboardUid: string;
          panelId: number;
          condition: string;
          data: { refId: string; model: { rawSql?: string } }[];
        }[];
      }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(new Set(rules.map((rule) => rule.uid)).size).toBe(rules.length);
    for (const rule of rules) {
      const board = BOARDS.find((one) => one.uid === rule.dashboardUid);
      expect(board?.panels.some((panel) => panel.id === rule.panelId)).toBe(true);
      expect(rule.data.some((step) => step.refId === rule.condition)).toBe(true);
      expect(rule.data[0]?.model.rawSql).not.toMatch(/conditionalAll|\$\{/);
    }
  });
});

describe("Dockerfile", () => {
  const lines = text("Dockerfile").split("\n");

  it("copies what exists, and only from a stage that made it", () => {
    const copies = lines.filter((line) => line.startsWith("COPY "));
    expect(copies.length).toBeGreaterThan(8);
    const built = new Set(["dist", "node_modules"]);
    for (const line of copies) {
      const words = line.split(/\s+/).slice(1);
      const isFromStage = words[0]?.startsWith("--from=build") ?? false;
      const sources = words.filter((word) => !word.startsWith("--")).slice(0, -1);
      for (const source of sources) {
        const path = source.replace(/^\/app\//, "");
        expect([line, (isFromStage && built.has(path)) || existsSync(root + path)]).toEqual([line, true]);
      }
    }
  });

  it("runs the packaged command without root, on the server's ports", () => {
    expect(lines).toContain("USER node");
    expect(lines.indexOf("USER node")).toBeLessThan(lines.findIndex((line) => line.startsWith("ENTRYPOINT")));
    const entry = JSON.parse(
      lines.find((line) => line.startsWith("ENTRYPOINT"))?.slice(11) ?? "[]",
    ) as string[];
    expect(statSync(root + (entry[1] ?? "missing")).isFile()).toBe(true);
    const { port, grpcPort, facadePort } = readConfig({});
    expect(lines).toContain(`EXPOSE ${port} ${grpcPort} ${facadePort}`);
  });

  it("cannot be started open to the network without a password", () => {
    const host = /SPANLEDGER_HOST=(\S+)/.exec(text("Dockerfile"))?.[1] ?? "";
    expect(() => readConfig({ SPANLEDGER_HOST: host })).toThrow("SPANLEDGER_ADMIN_PASSWORD");
  });
});
