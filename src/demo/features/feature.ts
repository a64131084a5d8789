import type { PlannedCall } from "../planned-call.js";
import type { SeededRandom } from "../random.js";
import type { Rhythm } from "../rhythm.js";

/** Everything a feature needs to invent one session. */
export interface SessionContext {
  readonly random: SeededRandom;
  readonly startMs: number;
  /** Days since the demo's period began, from 0. */
  readonly day: number;
  /** Unique number of the session within the plan. */
  readonly number: number;
  /** What a feature remembers between its sessions, e.g. when a shared prompt was last cached. */
  readonly memory: Map<string, number>;
}

/** A part of the demo company's product. A session is one to a few dozen calls that belong together. */
export interface Feature {
  readonly name: string;
  readonly rhythm: Rhythm;
  /** Share of all sessions. */
  readonly weight: number;
  session(context: SessionContext): PlannedCall[];
}
