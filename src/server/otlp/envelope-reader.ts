import type { AttributeValue, Resource, Scope } from "../domain/span.js";
import { AttributeReader } from "./attribute-reader.js";
import { KeyDictionary } from "./key-dictionary.js";
import { type DecodeOptions, keepEverything } from "./limits.js";
import { ProtobufReader, WIRE_BYTES } from "./protobuf-reader.js";

interface OpenScope {
  name: string;
  version: string;
}

/** Reads one item (span, log record, metric) that ends at `end`; leaves the reader anywhere up to there. */
export type ItemReader = (end: number, resource: Resource, scope: Scope) => void;

const dictionaries = new Map<DecodeOptions["keepAttribute"], KeyDictionary>([
  [keepEverything, new KeyDictionary(keepEverything)],
]);
const MAX_DICTIONARIES = 16;

/** One dictionary per filter for the life of the process: names repeat from request to request. */
function dictionaryFor(filter: DecodeOptions["keepAttribute"]): KeyDictionary {
  const known = dictionaries.get(filter);
  if (known !== undefined) return known;
  if (dictionaries.size >= MAX_DICTIONARIES) dictionaries.clear();
  const created = new KeyDictionary(filter);
  dictionaries.set(filter, created);
  return created;
}

/**
 * Walks the part that trace, log and metric exports share: request, resource blocks, scope blocks. Resource and scope are one
 * object for all their items; they may follow their items on the wire, so they are filled in place.
 */
export class EnvelopeReader {
  readonly reader: ProtobufReader;
  readonly attributes: AttributeReader;

  constructor(
    bytes: Buffer,
    readonly options: DecodeOptions,
  ) {
    this.reader = new ProtobufReader(bytes);
    this.attributes = new AttributeReader(this.reader, dictionaryFor(options.keepAttribute), options.limits);
  }

  /** @throws AppError `invalid_request` when the bytes are no such message. */
  read(readItem: ItemReader): void {
    const { reader } = this;
    const end = reader.bytes.length;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === 1 && reader.wireType === WIRE_BYTES) this.#resourceBlock(reader.fieldEnd(end), readItem);
      else reader.skip(field, end);
    }
  }

  #resourceBlock(end: number, readItem: ItemReader): void {
    const { reader } = this;
    const attributes = new Map<string, AttributeValue>();
    const resource: Resource = { attributes };
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === 1 && reader.wireType === WIRE_BYTES) {
        this.#attributeFields(1, reader.fieldEnd(end), attributes);
      } else if (field === 2 && reader.wireType === WIRE_BYTES) {
        this.#scopeBlock(reader.fieldEnd(end), resource, readItem);
      } else reader.skip(field, end);
    }
  }

  #scopeBlock(end: number, resource: Resource, readItem: ItemReader): void {
    const { reader } = this;
    const scope: OpenScope = { name: "", version: "" };
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (reader.wireType !== WIRE_BYTES || field > 2) reader.skip(field, end);
      else {
        const fieldEnd = reader.fieldEnd(end);
        if (field === 1) this.#scope(fieldEnd, scope);
        else readItem(fieldEnd, resource, scope);
        reader.pos = fieldEnd;
      }
    }
  }

  #scope(end: number, scope: OpenScope): void {
    const { reader } = this;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (reader.wireType !== WIRE_BYTES || field > 2) reader.skip(field, end);
      else if (field === 1) scope.name = this.shortText(reader.fieldEnd(end));
      else scope.version = this.shortText(reader.fieldEnd(end));
    }
  }

  /** The field that ends at `end` as text, or "" when it is longer than a value may be. */
  shortText(end: number): string {
    const { reader } = this;
    if (end - reader.pos <= this.options.limits.valueBytes) return reader.text(end);
    reader.pos = end;
    return "";
  }

  /** Reads a message whose only field of interest is `wanted`, a repeated KeyValue, into `target`. */
  #attributeFields(wanted: number, end: number, target: Map<string, AttributeValue>): void {
    const { reader } = this;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === wanted && reader.wireType === WIRE_BYTES) {
        this.attributes.readInto(target, reader.fieldEnd(end));
      } else reader.skip(field, end);
    }
  }
}
