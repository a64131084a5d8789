import { crc32 } from "node:zlib";

/**
 * One frame of `application/vnd.amazon.eventstream`: lengths, prelude checksum, string headers, JSON payload, message checksum.
 * Source: Smithy specification, Amazon event stream, read 2026-11-22.
 */
export function eventFrame(eventType: string, payload: unknown, messageType = "event"): Buffer {
  const typeHeader = messageType === "event" ? ":event-type" : ":exception-type";
  const headers = Buffer.concat([
    stringHeader(typeHeader, eventType),
    stringHeader(":content-type", "application/json"),
    stringHeader(":message-type", messageType),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const total = 12 + headers.byteLength + body.byteLength + 4;
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(headers.byteLength, 4);
  const head = Buffer.concat([prelude, checksum(prelude), headers, body]);
  return Buffer.concat([head, checksum(head)]);
}

function checksum(bytes: Buffer): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc32(bytes), 0);
  return out;
}

function stringHeader(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.byteLength);
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7), length, text]);
}
