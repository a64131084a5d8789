import type { Call } from "../domain/call.js";
import { emitterKey } from "../ledger/identity.js";
import type { KnownEmitter } from "../storage/analytics/neighbour-calls.js";

/** Services beyond this number per project are looked up always: the memory of the process is worth more. */
const MAX_SERVICES = 20_000;

interface Service {
  emitters: Set<string>;
  idless: boolean;
}

function serviceKey(service: string | null, environment: string | null): string {
  return JSON.stringify([service, environment]);
}

function alike(a: Call, b: Call): boolean {
  return (
    a.source.dialect === b.source.dialect &&
    a.source.scope === b.source.scope &&
    a.attribution.service === b.attribution.service &&
    a.attribution.environment === b.attribution.environment &&
    (a.responseId === null) === (b.responseId === null)
  );
}

/**
 * Which instrumentations report a project's services. Records that share no id can only be one call where two of them watch one service,
 * and one of the two leaves out response ids: everywhere else nobody has to look.
 */
export class KnownEmitters {
  readonly #services = new Map<string, Service>();
  readonly #all = new Set<string>();
  #overflow = false;
  /** Whether any service has two instrumentations, one of which leaves out ids. */
  #anyTwins = false;
  /** The call added last: its neighbours mostly say the same. */
  #last: Call | null = null;

  constructor(stored: readonly KnownEmitter[]) {
    for (const row of stored) {
      this.#add(serviceKey(row.service, row.environment), `${row.dialect}|${row.scope}`, Boolean(row.idless));
    }
  }

  add(call: Call): void {
    const last = this.#last;
    if (last !== null && alike(last, call)) return;
    this.#last = call;
    const { service, environment } = call.attribution;
    this.#add(serviceKey(service, environment), emitterKey(call), call.responseId === null);
  }

  /** Whether more than one instrumentation reports to the project: with one, no two records can be one call. */
  get several(): boolean {
    return this.#overflow || this.#all.size > 1;
  }

  /** Whether records of this call's service may be further reports of it. */
  mayHaveTwin(call: Call): boolean {
    if (this.#overflow) return true;
    if (!this.#anyTwins) return false;
    const known = this.#services.get(serviceKey(call.attribution.service, call.attribution.environment));
    return known !== undefined && known.emitters.size > 1 && known.idless;
  }

  #add(key: string, emitter: string, idless: boolean): void {
    if (this.#all.size < 2) this.#all.add(emitter);
    let service = this.#services.get(key);
    if (service === undefined) {
      if (this.#services.size >= MAX_SERVICES) {
        this.#overflow = true;
        return;
      }
      service = { emitters: new Set(), idless: false };
      this.#services.set(key, service);
    }
    if (service.emitters.size < 16) service.emitters.add(emitter);
    service.idless ||= idless;
    this.#anyTwins ||= service.emitters.size > 1 && service.idless;
  }
}
