/**
 * Runs the statements on stdin (JSON list) in an embedded engine with a Keeper in memory, prints the engines of the tables as JSON
 * and kills itself: closing an engine with that Keeper crashes chDB 3.4, so it has a process of its own.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import chdb from "chdb";

const config = `<clickhouse>
<zookeeper><implementation>testkeeper</implementation></zookeeper>
<macros><shard>1</shard><replica>1</replica></macros>
<remote_servers><main><shard><internal_replication>true</internal_replication>
<replica><host>127.0.0.1</host><port>9000</port></replica></shard></main></remote_servers>
</clickhouse>`;

const [directory] = process.argv.slice(2);
const statements = JSON.parse(await text(process.stdin));
const configPath = join(directory, "config.xml");
writeFileSync(configPath, config);
const session = new chdb.Session(join(directory, "store"), {
  connectionArgs: [`--config-file=${configPath}`],
});
await session.queryAsync("CREATE DATABASE spanledger ENGINE = Atomic; USE spanledger");
for (const statement of statements) await session.queryAsync(statement);
const result = await session.queryAsync(
  "SELECT concat(name, ' ', engine) AS t FROM system.tables WHERE database = 'spanledger' ORDER BY name",
  { format: "JSONCompactColumns" },
);
process.stdout.write(JSON.stringify(JSON.parse(result.text())[0]), () =>
  process.kill(process.pid, "SIGKILL"),
);
