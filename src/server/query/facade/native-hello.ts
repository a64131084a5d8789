/**
 * The answer to the first question of clickhouse-go over HTTP (conn_http.go, read 2026-11-22). It decodes this one block at the
 * protocol revision it announced in `client_protocol_version`, and every later block at the revision the block reports. The
 * embedded engine writes blocks of revision 0 only, so the block is made by hand in the client's revision and reports 0.
 */
export const HELLO_QUERY = "SELECT displayName(), version(), revision(), timezone()";

/** From here on a block has an info prefix. */
const BLOCK_INFO_REVISION = 51903;
/** From here on each column has a byte for custom serialization. */
const CUSTOM_SERIALIZATION_REVISION = 54454;

/** The Native block for a client of `revision` (0: none announced). Never throws. */
export function helloBlock(revision: number, displayName: string, version: string): Buffer {
  const columns: [string, string, Buffer][] = [
    ["displayName()", "String", text(displayName)],
    ["version()", "String", text(version)],
    ["revision()", "UInt32", Buffer.alloc(4)],
    ["timezone()", "String", text("UTC")],
  ];
  const parts: Buffer[] = [];
  if (revision >= BLOCK_INFO_REVISION) parts.push(blockInfo());
  parts.push(varint(columns.length), varint(1));
  for (const [name, type, value] of columns) {
    parts.push(text(name), text(type));
    if (revision >= CUSTOM_SERIALIZATION_REVISION) parts.push(Buffer.of(0));
    parts.push(value);
  }
  return Buffer.concat(parts);
}

/** Field 1: is_overflows = false; field 2: bucket_num = -1; end. */
function blockInfo(): Buffer {
  return Buffer.of(1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
