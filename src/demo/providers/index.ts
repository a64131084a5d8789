export { realClock, startStandInProviders, type StandInOptions, type StandInProviders } from "./stand-in.js";
export type {
  ExchangeEnd,
  FinishReason,
  LimitKind,
  LimitWindow,
  LogEntry,
  Reply,
  Script,
  SeenRequest,
  StandInClock,
  Tokens,
  WaitPhase,
} from "./script.js";
