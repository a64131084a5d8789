import type { DataSource } from "typeorm";

/** Statements that would bring the database to what the entities say; empty when nothing is pending. Changes nothing. */
export async function pendingSchemaStatements(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}
