import { crc32 } from "node:zlib";

const STRING_HEADER = 7;

/**
 * One message of `application/vnd.amazon.eventstream`: prelude (total and header length, CRC), string headers, payload, CRC; all
 * numbers big-endian.
 * Source: https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html and Smithy's event stream specification, read 2026-11-22.
 */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: unknown): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(encodeHeader));
  const body = Buffer.from(JSON.stringify(payload));
  const message = Buffer.alloc(12 + head.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  body.copy(message, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}

/** An event of a Bedrock stream. */
export function eventMessage(type: string, payload: unknown): Buffer {
  return eventStreamMessage(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    payload,
  );
}

/** An exception in a running Bedrock stream. */
export function exceptionMessage(type: string): Buffer {
  return eventStreamMessage(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    { message: "Stand-in exception in a running stream" },
  );
}

function encodeHeader([name, value]: [string, string]): Buffer {
  const key = Buffer.from(name);
  const text = Buffer.from(value);
  const header = Buffer.alloc(1 + key.length + 1 + 2 + text.length);
  header.writeUInt8(key.length, 0);
  key.copy(header, 1);
  header.writeUInt8(STRING_HEADER, 1 + key.length);
  header.writeUInt16BE(text.length, 2 + key.length);
  text.copy(header, 4 + key.length);
  return header;
}
