import { Injectable } from "@nestjs/common";
import { AppError } from "../domain/errors.js";
import { CallsRepository } from "../storage/analytics/calls.repository.js";
import { type CallResponse, toCallResponse } from "./call.response.js";

/** One call by its ledger id, or by the span id of any record that was merged into it. */
@Injectable()
export class CallQuery {
  constructor(private readonly calls: CallsRepository) {}

  /** @throws AppError `not_found`, also for another project's call. */
  async run(project: string, id: string): Promise<CallResponse> {
    const direct = await this.calls.findById(project, id);
    if (direct !== null) return toCallResponse(direct);
    for (const callId of await this.calls.callIdsOfSpan(project, id)) {
      const row = await this.calls.findById(project, callId);
      if (row !== null) return toCallResponse(row);
    }
    throw new AppError("not_found", "There is no such call.");
  }
}
