import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { READ_SETTINGS, WRITE_SETTINGS } from "./engine-settings.js";

/** Settings every session of the embedded engine starts with: the default profile of its users file. */
function profile(memoryBytes: number): Record<string, string | number> {
  return {
    max_threads: Math.max(1, Math.min(8, availableParallelism())),
    max_memory_usage: Math.floor(memoryBytes * 0.6),
    max_execution_time: 60,
    ...READ_SETTINGS,
    ...WRITE_SETTINGS,
  };
}

const MIB = 1024 * 1024;

/** Cap of the engine's memory: a quarter of the machine, between 512 MiB and 1.5 GiB. */
export function engineMemoryBytes(machineBytes: number = totalmem()): number {
  return Math.min(1536 * MIB, Math.max(512 * MIB, Math.floor(machineBytes / 4)));
}

/**
 * Path of the engine's configuration, written into `directory` (created when missing) at every start.
 * The engine's own defaults suit a big server: gigabytes of caches and dropped unknown fields.
 */
export function writeEngineConfig(directory: string, memoryBytes: number = engineMemoryBytes()): string {
  mkdirSync(directory, { recursive: true });
  const usersPath = join(directory, "users.xml");
  const configPath = join(directory, "config.xml");
  writeFileSync(usersPath, usersXml(profile(memoryBytes)));
  writeFileSync(
    configPath,
    xml({
      timezone: "UTC",
      users_config: usersPath,
      max_server_memory_usage: memoryBytes,
      mark_cache_size: 64 * MIB,
      primary_index_cache_size: 32 * MIB,
      index_mark_cache_size: 16 * MIB,
      index_uncompressed_cache_size: 0,
      uncompressed_cache_size: 0,
      mmap_cache_size: 100,
      query_condition_cache_size: 16 * MIB,
      background_pool_size: 2,
      background_merges_mutations_concurrency_ratio: 1,
      background_schedule_pool_size: 4,
      background_common_pool_size: 2,
      background_fetches_pool_size: 1,
      background_move_pool_size: 1,
      background_buffer_flush_schedule_pool_size: 1,
      background_distributed_schedule_pool_size: 1,
      background_message_broker_schedule_pool_size: 1,
    }).replace("</clickhouse>", `${mergeSettings()}\n</clickhouse>`),
  );
  return configPath;
}

/**
 * The engine holds back large merges, and the forced merge of closed days, while fewer pool entries than these are free.
 * The defaults (8, 20, 25) exceed a pool of two, so that without them days would never collapse into one part.
 */
function mergeSettings(): string {
  return `<merge_tree>\n${elements({
    number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
    number_of_free_entries_in_pool_to_execute_mutation: 1,
    number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
    // A row of a hundred columns costs more to merge than to write: it is merged with ten parts or more at a time, so two or three times
    // in its life instead of five or six (measured: 11 instead of 26 microseconds of merging per row at full load).
    min_parts_to_merge_at_once: 10,
    merge_selector_base: 10,
    // Rows keep the number of the insert they came with when parts are merged: it tells which hours have rows that the rollups lack.
    enable_block_number_column: 1,
  })}\n</merge_tree>`;
}

function usersXml(settings: Record<string, string | number>): string {
  return (
    `<clickhouse>\n<profiles><default>\n${elements(settings)}\n</default></profiles>\n` +
    "<users><default><password></password><profile>default</profile><quota>default</quota>" +
    "<networks><ip>::/0</ip></networks></default></users>\n<quotas><default></default></quotas>\n</clickhouse>\n"
  );
}

function xml(settings: Record<string, string | number>): string {
  return `<clickhouse>\n${elements(settings)}\n</clickhouse>\n`;
}

function elements(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join("\n");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
