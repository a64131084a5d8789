import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { BOARDS } from "../../../dashboards/source/index.js";
import { DATASOURCE_UID } from "../../../dashboards/source/schema.js";
import { runCli } from "../../../src/server/cli/cli.js";
import { PROJECT_TABLES } from "../../../src/server/storage/analytics/project-tables.js";

/**
 * The fields that Grafana 11.6 to 13 read from provisioning files, strictly: a misspelt one is ignored there in silence.
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/ (2026-11-25)
 * @see https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/ (2026-11-25)
 */
const text = z.string().min(1);
const uid = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);
const duration = z.string().regex(/^\d+[smhd]$/);
const orgId = z.number().int().positive();

const clickhouseJson = z.strictObject({
  host: text,
  port: z.union([z.number().int(), text]),
  protocol: z.enum(["http", "native"]),
  secure: z.boolean(),
  username: text,
  defaultDatabase: text,
  dialTimeout: z.string().regex(/^\d+$/),
  queryTimeout: z.string().regex(/^\d+$/),
  enableRowLimit: z.boolean(),
});

const datasources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.strictObject({
      orgId: orgId.optional(),
      name: text,
      uid,
      type: text,
      access: z.literal("proxy"),
      editable: z.boolean(),
      jsonData: clickhouseJson,
      secureJsonData: z.strictObject({ password: text }),
    }),
  ),
});

const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z
      .strictObject({
        name: text,
        orgId,
        folder: z.string().optional(),
        folderUid: uid.optional(),
        type: z.literal("file"),
        disableDeletion: z.boolean(),
        allowUiUpdates: z.boolean(),
        updateIntervalSeconds: z.number().int().min(10),
        options: z.strictObject({ path: text, foldersFromFilesStructure: z.boolean() }),
      })
      .refine(
        ({ folder, options }) => !(folder !== undefined && options.foldersFromFilesStructure),
        "folder and foldersFromFilesStructure exclude each other",
      ),
  ),
});

const step = z.strictObject({
  refId: text,
  relativeTimeRange: z.strictObject({ from: z.number().int().min(0), to: z.number().int().min(0) }),
  datasourceUid: text,
  model: z.union([
    z.strictObject({
      refId: text,
      editorType: z.literal("sql"),
      format: z.literal(1),
      queryType: z.literal("table"),
      pluginVersion: text,
      rawSql: text,
    }),
    z.strictObject({
      refId: text,
      type: z.literal("reduce"),
      expression: text,
      reducer: z.enum(["last", "mean", "max", "min", "sum", "count"]),
    }),
    z.strictObject({
      refId: text,
      type: z.literal("threshold"),
      expression: text,
      conditions: z.tuple([
        z.strictObject({
          evaluator: z.strictObject({ type: z.enum(["gt", "lt"]), params: z.tuple([z.number()]) }),
        }),
      ]),
    }),
  ]),
});

const rules = z.strictObject({
  apiVersion: z.literal(1),
  groups: z.array(
    z.strictObject({
      orgId,
      name: text,
      folder: text,
      interval: duration,
      rules: z.array(
        z.strictObject({
          uid,
          title: text.max(190),
          condition: text,
          for: duration,
          noDataState: z.enum(["OK", "NoData", "Alerting", "KeepLast"]),
          execErrState: z.enum(["OK", "Error", "Alerting", "KeepLast"]),
          dashboardUid: uid,
          panelId: z.number().int(),
          labels: z.record(z.string(), text),
          annotations: z.record(z.string(), text),
          data: z.array(step),
        }),
      ),
    }),
  ),
});

const receiver = <Type extends string, Settings extends z.ZodRawShape>(type: Type, settings: Settings) =>
  z.strictObject({
    uid,
    type: z.literal(type),
    settings: z.strictObject(settings),
    disableResolveMessage: z.boolean(),
  });

const contactPoints = z.strictObject({
  apiVersion: z.literal(1),
  contactPoints: z.array(
    z.strictObject({
      orgId,
      name: text,
      receivers: z.array(
        z.union([
          receiver("webhook", {
            url: text,
            httpMethod: z.enum(["POST", "PUT"]),
            authorization_scheme: text,
            authorization_credentials: text,
          }),
          receiver("slack", { url: text, title: text, text }),
          receiver("email", { addresses: text, singleEmail: z.boolean() }),
          receiver("pagerduty", {
            integrationKey: text,
            severity: z.enum(["critical", "error", "warning", "info"]),
          }),
        ]),
      ),
    }),
  ),
});

const matcher = z.tuple([text, z.enum(["=", "!=", "=~", "!~"]), text]);
const policies = z.strictObject({
  apiVersion: z.literal(1),
  policies: z.array(
    z.strictObject({
      orgId,
      receiver: text,
      group_by: z.array(text),
      routes: z.array(
        z.strictObject({
          receiver: text,
          object_matchers: z.array(matcher),
          group_wait: duration,
          group_interval: duration,
          repeat_interval: duration,
        }),
      ),
    }),
  ),
});

/** What `spanledger grafana` prints. */
async function printed(...args: string[]): Promise<string> {
  const output: string[] = [];
  const code = await runCli(["grafana", ...args], {
    env: {},
    columns: null,
    out: (line) => output.push(line),
    err: (line) => output.push(line),
    nowMs: Date.now,
  });
  return `${code} ${output.join("")}`;
}

const folder = fileURLToPath(new URL("../../../dashboards/provisioning/", import.meta.url));
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "datasources/spanledger.yaml": datasources,
  "dashboards/spanledger.yaml": providers,
  "alerting/spanledger.yaml": rules,
  "examples/contact-points.yaml": contactPoints,
  "examples/policies.yaml": policies,
};

const read = (name: string): string => readFileSync(folder + name, "utf8");

describe("provisioning files of Grafana", () => {
  it("are all known here", () => {
    const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.includes("."),
    );
    expect(found.toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });

  it.each(Object.entries(SCHEMAS))("%s holds the fields that Grafana reads and no others", (name, schema) => {
    expect(schema.safeParse(parse(read(name))).error?.issues ?? []).toEqual([]);
  });

  it("notice a misspelt or misplaced field", () => {
    const file = parse(read("alerting/spanledger.yaml")) as z.infer<typeof rules>;
    const [rule] = file.groups[0]?.rules ?? [];
    expect(rules.safeParse({ ...file, groups: [{ ...file.groups[0], rule }] }).success).toBe(false);
    const datasource = parse(read("datasources/spanledger.yaml")) as z.infer<typeof datasources>;
    const moved = { ...datasource.datasources[0], url: "http://clickhouse:8123" };
    expect(datasources.safeParse({ ...datasource, datasources: [moved] }).success).toBe(false);
  });

  it("route to contact points that exist, and name each thing once", () => {
    const points = contactPoints.parse(parse(read("examples/contact-points.yaml"))).contactPoints;
    const tree = policies.parse(parse(read("examples/policies.yaml"))).policies;
    const names = new Set(points.map(({ name }) => name));
    for (const { receiver: root, routes } of tree)
      for (const used of [root, ...routes.map((route) => route.receiver)])
        expect([used, names.has(used)]).toEqual([used, true]);
    const uids = points.flatMap(({ receivers }) => receivers.map((one) => one.uid));
    expect(new Set(uids).size).toBe(uids.length);
    // What a route matches is what the rules say.
    const labels = rules
      .parse(parse(read("alerting/spanledger.yaml")))
      .groups.flatMap((group) => group.rules.map((rule) => rule.labels));
    for (const [label, , value] of tree.flatMap(({ routes }) => routes.flatMap((one) => one.object_matchers)))
      for (const set of labels) expect(set[label]).toBe(value);
  });

  it("hold no secret, only variables", () => {
    for (const name of Object.keys(SCHEMAS)) {
      const secrets = [
        ...read(name).matchAll(/(?:password|credentials|integrationKey|url|addresses): (\S+)/g),
      ].map(([, value = ""]) => value);
      for (const value of secrets)
        expect([name, value]).toEqual([name, expect.stringMatching(/^\$[A-Z_]+$/)]);
    }
  });

  it("leave alone what would replace the tree of a whole organisation, or fail without settings", () => {
    const loaded = readdirSync(`${folder}alerting`);
    expect(loaded).toEqual(["spanledger.yaml"]);
  });

  it("send every alert to a panel that shows its number", () => {
    for (const rule of rules
      .parse(parse(read("alerting/spanledger.yaml")))
      .groups.flatMap((group) => group.rules)) {
      const panel = BOARDS.find((board) => board.uid === rule.dashboardUid)?.panels.find(
        (one) => one.id === rule.panelId,
      );
      expect([rule.uid, panel?.targets?.length]).toEqual([rule.uid, 1]);
    }
  });
});

describe("spanledger grafana", () => {
  it("prints a datasource of one project under the uid that the boards name, and its provider", async () => {
    const text = await printed("datasource", "shop-a", "--org", "3", "--host", "clickhouse");
    expect(text.slice(0, 2)).toBe("0 ");
    const yaml = text.slice(2);
    const [datasource] = datasources.parse(parse(yaml)).datasources;
    expect(datasource).toMatchObject({
      orgId: 3,
      uid: DATASOURCE_UID,
      jsonData: { host: "clickhouse", username: "grafana_shop_a" },
      secureJsonData: { password: "$SPANLEDGER_GRAFANA_PASSWORD_SHOP_A" },
    });
    const [, commented = ""] = yaml.split(/# And to .*\n/);
    const [provider] = providers.parse(parse(commented.replaceAll(/^# ?/gm, ""))).providers;
    expect(provider?.orgId).toBe(3);
    const facade = datasources.parse(parse((await printed("datasource", "shop-a", "--facade")).slice(2)));
    expect(facade.datasources[0]?.jsonData).toMatchObject({
      username: "spanledger",
      defaultDatabase: "default",
    });
  });

  it("prints a ClickHouse user that sees one project in every table that it may read", async () => {
    const sql = await printed("clickhouse-user", "shop-a");
    const granted = [...sql.matchAll(/GRANT SELECT ON spanledger\.(\w+) TO grafana_shop_a;/g)].map(
      ([, name]) => name,
    );
    for (const table of PROJECT_TABLES) {
      expect(granted).toContain(table);
      expect(sql).toContain(`ON spanledger.${table} USING project = 'shop-a' TO grafana_shop_a;`);
    }
    expect(sql.indexOf("ROW POLICY")).toBeLessThan(sql.indexOf("GRANT"));
  });

  it.each([
    ["datasource", "x' OR 1=1"],
    ["clickhouse-user", "a'; DROP TABLE calls_raw"],
    ["datasource", "a", "--host", "a\nb: c"],
    ["nothing", "a"],
  ])("refuses what would break out of its text: %s %s", async (...args) => {
    expect(await printed(...args)).toMatch(/^2 /);
  });
});
