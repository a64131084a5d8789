import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";

const root = protobuf.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/proto/otlp.proto"), "utf8"),
  { keepCase: false },
).root;

/** A message type of test/fixtures/proto/otlp.proto, read and written by protobufjs. */
export function messageType(name: string): protobuf.Type {
  return root.lookupType(`otlp.${name}`);
}

/** The bytes of a message given as protobufjs takes it (lowerCamelCase members, 64-bit integers as decimal strings). */
export function encode(name: string, message: Readonly<Record<string, unknown>>): Buffer {
  const type = messageType(name);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

/** A message as plain data: 64-bit integers as decimal strings, bytes as Buffer, defaults left out. */
export function decode(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = messageType(name);
  return type.toObject(type.decode(bytes), { longs: String });
}
