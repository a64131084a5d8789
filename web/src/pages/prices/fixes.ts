import type { UnpricedGroup } from "../../api/price-types.js";

export type FixAction = "alias" | "rates" | "free" | "endpoint" | "self_hosted";

/** The part of a fix that is not the group: the action and what it needs. */
export interface Fix {
  action: FixAction;
  [field: string]: unknown;
}

export const ACTION_TEXT: Readonly<Record<FixAction, string>> = {
  alias: "It is a listed model under another name",
  rates: "It has a price of its own",
  free: "It is free",
  endpoint: "The host belongs to a vendor",
  self_hosted: "The host is our own",
};

/** What the group is called: the model as asked for, else as served. */
export const groupName = (group: UnpricedGroup): string =>
  group.requestModel ?? group.responseModel ?? "(no model)";

/** The group as `POST unpriced/fix` wants to have it named. */
export function groupBody(group: UnpricedGroup): Record<string, string | null> {
  const { provider, host, requestModel, responseModel } = group;
  return { provider, host, requestModel, responseModel };
}

const isAction = (name: string): name is FixAction => name in ACTION_TEXT;

/** The fixes that can give the group a price; none where the usage itself is missing. */
export function actionsOf(group: UnpricedGroup): FixAction[] {
  return (group.actions ?? []).filter(isAction);
}
