import type { AttributeValue } from "../domain/span.js";
import { cachedText, type KeyDictionary, type KeyEntry } from "./key-dictionary.js";
import type { DecodeLimits } from "./limits.js";
import {
  type ProtobufReader,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_GROUP_END,
  WIRE_VARINT,
  malformed,
} from "./protobuf-reader.js";

/** Attributes being filled; a name met twice keeps its last value, in place. */
export type AttributeMap = Map<string, AttributeValue>;

/** Reads KeyValue and AnyValue messages (opentelemetry-proto common/v1, read 2026-11-22). One reader per request. */
export class AttributeReader {
  #previous: KeyEntry | undefined;

  constructor(
    private readonly reader: ProtobufReader,
    private readonly keys: KeyDictionary,
    private readonly limits: DecodeLimits,
  ) {}

  /** Reads one KeyValue that ends at `end` into `target`, unless its name is unwanted or the target is full. */
  readInto(target: AttributeMap, end: number): void {
    const { reader } = this;
    let entry: KeyEntry | null = null;
    let key = "";
    let keep = this.keys.keeps("");
    let valueStart = -1;
    let valueEnd = -1;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field === 1 && reader.wireType === WIRE_BYTES) {
        const keyEnd = reader.fieldEnd(end);
        entry = this.#entry(keyEnd);
        key = entry === null ? reader.bytes.toString("utf8", reader.pos, keyEnd) : entry.key;
        keep = entry === null ? this.keys.keeps(key) : entry.keep;
        reader.pos = keyEnd;
      } else if (field === 2 && reader.wireType === WIRE_BYTES) {
        valueEnd = reader.fieldEnd(end);
        valueStart = reader.pos;
        reader.pos = valueEnd;
      } else reader.skip(field, end);
    }
    if (!keep || (target.size >= this.limits.attributes && !target.has(key))) return;
    target.set(key, valueStart < 0 ? null : this.#valueAt(valueStart, valueEnd, entry));
    reader.pos = end;
  }

  /** Reads one AnyValue that ends at `end`. No field at all is null; of several the last one counts. */
  value(end: number, depth: number, entry: KeyEntry | null): AttributeValue {
    const { reader } = this;
    let value: AttributeValue = null;
    while (reader.pos < end) {
      const field = reader.tag(end);
      const { wireType } = reader;
      if (wireType === WIRE_BYTES && (field === 1 || (field >= 5 && field <= 7))) {
        const fieldEnd = reader.fieldEnd(end);
        value = this.#delimited(field, fieldEnd, depth, entry);
        reader.pos = fieldEnd;
      } else if (wireType === WIRE_VARINT && field === 3) value = reader.int64(end);
      else if (wireType === WIRE_VARINT && field === 2) value = reader.bool(end);
      else if (wireType === WIRE_FIXED64 && field === 4) value = reader.double(end);
      else if (wireType === WIRE_GROUP_END) throw malformed("group end without a start");
      else reader.skip(field, end);
    }
    return value;
  }

  #entry(keyEnd: number): KeyEntry | null {
    const { reader } = this;
    const entry = this.keys.lookup(reader.bytes, reader.pos, keyEnd, this.#previous?.next);
    if (entry === null) return null;
    if (this.#previous !== undefined) this.#previous.next = entry;
    this.#previous = entry;
    return entry;
  }

  #valueAt(start: number, end: number, entry: KeyEntry | null): AttributeValue {
    this.reader.pos = start;
    return this.value(end, 0, entry);
  }

  #delimited(field: number, end: number, depth: number, entry: KeyEntry | null): AttributeValue {
    const { reader, limits } = this;
    const length = end - reader.pos;
    if (field === 1) {
      if (length > limits.valueBytes) return null;
      return entry === null ? reader.text(end) : cachedText(entry, reader.bytes, reader.pos, end);
    }
    if (field === 7) {
      return length > limits.valueBytes ? null : new Uint8Array(reader.bytes.subarray(reader.pos, end));
    }
    if (depth >= limits.depth) return null;
    return field === 5 ? this.#array(end, depth) : this.#map(end, depth);
  }

  #array(end: number, depth: number): AttributeValue {
    const { reader } = this;
    const values: AttributeValue[] = [];
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field !== 1 || reader.wireType !== WIRE_BYTES) {
        reader.skip(field, end);
        continue;
      }
      const valueEnd = reader.fieldEnd(end);
      if (values.length < this.limits.elements) values.push(this.value(valueEnd, depth + 1, null));
      reader.pos = valueEnd;
    }
    return values;
  }

  #map(end: number, depth: number): AttributeValue {
    const { reader } = this;
    // Without a prototype, so that a key such as __proto__ is a key like any other.
    const map = Object.create(null) as Record<string, AttributeValue>;
    let left = this.limits.elements;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if (field !== 1 || reader.wireType !== WIRE_BYTES) {
        reader.skip(field, end);
        continue;
      }
      const pairEnd = reader.fieldEnd(end);
      if (left > 0) this.#pair(map, pairEnd, depth + 1);
      left -= 1;
      reader.pos = pairEnd;
    }
    return map;
  }

  #pair(map: Record<string, AttributeValue>, end: number, depth: number): void {
    const { reader } = this;
    let key = "";
    let value: AttributeValue = null;
    while (reader.pos < end) {
      const field = reader.tag(end);
      if ((field !== 1 && field !== 2) || reader.wireType !== WIRE_BYTES) {
        reader.skip(field, end);
        continue;
      }
      const fieldEnd = reader.fieldEnd(end);
      if (field === 1) key = reader.text(fieldEnd);
      else value = this.value(fieldEnd, depth, null);
      reader.pos = fieldEnd;
    }
    map[key] = value;
  }
}
