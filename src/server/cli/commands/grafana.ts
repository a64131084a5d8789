import { PROJECT_TABLES, READABLE_VIEWS } from "../../storage/analytics/project-tables.js";
import { type Command, integerOption, requiredPositional, textOption, UsageError } from "../command.js";

const PROJECT = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const HOST = /^[A-Za-z0-9.:_[\]-]{1,253}$/;

/** Where a project's Grafana finds its rows. */
interface Target {
  project: string;
  /** Grafana keeps uids apart by organisation: each project's own can use the boards as they are. */
  orgId: number;
  host: string;
  port: number;
  /** The embedded engine's facade takes an API key as password; a ClickHouse server a user of its own. */
  isFacade: boolean;
}

export const grafanaCommand: Command = {
  name: "grafana",
  summary: "What Grafana and ClickHouse need to show one project and nothing else",
  help: `Usage:
  spanledger grafana datasource <project> [options]   Datasource and boards for Grafana's provisioning, as YAML
  spanledger grafana clickhouse-user <project>        SQL for the user and row policies of a ClickHouse server

Whoever can see a panel can send any SQL to its datasource: one datasource per project, in a Grafana organisation of its own.

Options of datasource:
  --org <id>       Grafana organisation (1)
  --host <name>    Host of ClickHouse or of the facade (127.0.0.1)
  --port <n>       Its HTTP port (8123)
  --facade         The embedded engine's facade: the password is a key of the project with the scope read

Passwords are not printed: Grafana takes SPANLEDGER_GRAFANA_PASSWORD_<PROJECT> from its environment.`,
  options: {
    org: { type: "string" },
    host: { type: "string" },
    port: { type: "string" },
    facade: { type: "boolean" },
  },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: datasource or clickhouse-user");
    const project = requiredPositional(context, 1, "the id of a project");
    if (!PROJECT.test(project)) throw new UsageError(`"${project}" is not the id of a project`);
    if (action === "clickhouse-user") {
      context.io.out(clickhouseUser(project));
      return Promise.resolve(0);
    }
    if (action !== "datasource")
      throw new UsageError(`unknown action "${action}": datasource or clickhouse-user`);
    const { values } = context;
    const host = textOption(values, "host") ?? "127.0.0.1";
    if (!HOST.test(host)) throw new UsageError(`--host: "${host}" is not the name of a host`);
    context.io.out(
      provisioning({
        project,
        orgId: integerOption(values, "org", { min: 1, max: 1_000_000 }) ?? 1,
        host,
        port: integerOption(values, "port", { min: 1, max: 65_535 }) ?? 8123,
        isFacade: values["facade"] === true,
      }),
    );
    return Promise.resolve(0);
  },
};

const userOf = (project: string): string => `grafana_${project.replaceAll("-", "_")}`;

/** Name of the environment variable that holds a project's password. */
function variableOf(project: string): string {
  return `SPANLEDGER_GRAFANA_PASSWORD_${project.replaceAll("-", "_").toUpperCase()}`;
}

/** The uid is the one that boards and alert rules name. */
function provisioning({ project, orgId, host, port, isFacade }: Target): string {
  return `# Copy to /etc/grafana/provisioning/datasources/spanledger-${project}.yaml and give Grafana ${variableOf(project)}.
apiVersion: 1
datasources:
  - orgId: ${orgId}
    name: Spanledger ${project}
    uid: spanledger-clickhouse
    type: grafana-clickhouse-datasource
    access: proxy
    editable: false
    jsonData:
      host: "${host}"
      port: ${port}
      protocol: http
      secure: false
      username: ${isFacade ? "spanledger" : userOf(project)}
      defaultDatabase: ${isFacade ? "default" : "spanledger"}
      dialTimeout: "10"
      queryTimeout: "60"
      enableRowLimit: false
    secureJsonData:
      password: $${variableOf(project)}
# And to /etc/grafana/provisioning/dashboards/spanledger-${project}.yaml:
# apiVersion: 1
# providers:
#   - name: Spanledger ${project}
#     orgId: ${orgId}
#     folder: Spanledger
#     folderUid: spanledger
#     type: file
#     disableDeletion: true
#     allowUiUpdates: false
#     updateIntervalSeconds: 30
#     options:
#       path: /var/lib/grafana/dashboards/spanledger
#       foldersFromFilesStructure: false
`;
}

/** Views are read with the rights of who asks: the policy on the tables below them is what keeps projects apart. */
function clickhouseUser(project: string): string {
  const user = userOf(project);
  const grants = [...READABLE_VIEWS, ...PROJECT_TABLES].map(
    (name) => `GRANT SELECT ON spanledger.${name} TO ${user};`,
  );
  const policies = PROJECT_TABLES.map(
    (table) =>
      `CREATE ROW POLICY IF NOT EXISTS ${user} ON spanledger.${table} USING project = '${project}' TO ${user};`,
  );
  return `-- Run as an administrator of ClickHouse; the hash is that of the password in ${variableOf(project)}.
-- Policies first: a user without one reads every row. On a cluster add ON CLUSTER, and policies for the tables named *_local.
CREATE USER IF NOT EXISTS ${user} IDENTIFIED WITH sha256_hash BY '<sha256 of the password>' SETTINGS PROFILE 'grafana';
${policies.join("\n")}
${grants.join("\n")}
`;
}
