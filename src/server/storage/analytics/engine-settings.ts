/**
 * Settings that decide what a query answers and how: the embedded engine has them in its profile, a server is sent them with every
 * statement, so that both give the same text for the same value.
 */
export const READ_SETTINGS = {
  // Right only because a span always maps to one partition (its start); 2 to 20 times faster than merging across days.
  do_not_merge_across_partitions_select_final: 1,
  // An index may skip the newer version of a row: exact mode reads every version of what it keeps.
  use_skip_indexes_if_final: 1,
  use_skip_indexes_if_final_exact_mode: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  session_timezone: "UTC",
} as const;

/** Settings of what writes: an insert that is answered is stored, whole, and unknown fields are errors. */
export const WRITE_SETTINGS = {
  input_format_skip_unknown_fields: 0,
  async_insert: 0,
  // Replacing within a block as it comes in costs as much as writing it; readers and merges do it anyway.
  optimize_on_insert: 0,
  // A re-pricing or an import touches as many days as the retention has.
  max_partitions_per_insert_block: 5000,
} as const;
