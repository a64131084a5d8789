import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Project } from "../../../src/server/storage/control/entities/project.entity.js";
import { pendingSchemaStatements } from "../../../src/server/storage/control/schema-diff.js";
import { openControlStore } from "../../support/control-store.js";

const embeddedOnly = process.env["SPANLEDGER_TEST_POSTGRES_URL"] === undefined ? it : it.skip;

describe("ControlDatabase", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-control-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("leaves nothing pending between entities and migrations", async () => {
    const database = await openControlStore();
    expect(await pendingSchemaStatements(database.dataSource)).toEqual([]);
    expect(await database.dataSource.showMigrations()).toBe(false);
    await database.close();
  }, 60_000);

  it("keeps rows over a restart and closes twice without harm", async () => {
    const path = join(directory, "postgres");
    const first = await openControlStore(path);
    await first.repository(Project).insert({ id: "p1", name: "Project one" });
    await first.close();
    await first.close();

    const second = await openControlStore(path);
    expect(await second.repository(Project).findOneBy({ id: "p1" })).toMatchObject({ name: "Project one" });
    await second.close();
    await expect(second.ping()).rejects.toMatchObject({ code: "unavailable" });
  }, 60_000);

  embeddedOnly(
    "starts over when the first start was killed before the directory was complete",
    async () => {
      const path = join(directory, "postgres");
      await mkdir(path);
      await writeFile(`${path}.creating`, "");
      await writeFile(join(path, "PG_VERSION"), "18");
      const database = await openControlStore(path);
      await database.ping();
      await database.close();
      expect(existsSync(`${path}.creating`)).toBe(false);
    },
    60_000,
  );

  embeddedOnly(
    "names the reason, in one line, when a directory cannot be opened",
    async () => {
      const path = join(directory, "postgres");
      await mkdir(path);
      await writeFile(join(path, "PG_VERSION"), "18");
      const failure = await openControlStore(path).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "unavailable" });
      expect((failure as Error).message).toMatch(/^The embedded Postgres cannot be opened: .{1,300}$/s);
    },
    60_000,
  );

  it("lets replicas that start together take turns at the migrations", async () => {
    const first = await openControlStore(join(directory, "together"));
    const replicas = await Promise.all([first.share(), first.share(), first.share()]);
    for (const replica of replicas) await replica.close();
    expect(await pendingSchemaStatements(first.dataSource)).toEqual([]);
    await first.close();
  }, 60_000);

  it("gives a second pool the same rows, with transactions kept apart", async () => {
    const first = await openControlStore();
    const second = await first.share();
    const failed = first.transaction(async (manager) => {
      await manager.getRepository(Project).insert({ id: "p2", name: "Undone" });
      throw new Error("undo");
    });
    await expect(failed).rejects.toThrow("undo");
    await second.repository(Project).insert({ id: "p3", name: "Done" });
    expect((await first.repository(Project).find()).map(({ id }) => id)).toEqual(["p3"]);
    await second.close();
    await first.ping();
    await first.close();
  }, 60_000);
});
