// Who and what a call is for: on the client for what never changes, around a request for what does.
import { observe, withAttribution } from "@spanledger/sdk";
import OpenAI from "openai";

const openai = observe(new OpenAI(), {
  provider: "openai",
  attribution: { service: "support-api", environment: "production", team: "support" },
});

async function answerTicket(ticket) {
  const attribution = {
    feature: "ticket-summary",
    user: ticket.agent,
    customer: ticket.customer,
    session: ticket.id,
    tags: { channel: ticket.channel },
  };
  // Everything inside carries it, also through awaits and callbacks; calls of other requests are not touched.
  return withAttribution(attribution, () =>
    openai.chat.completions.create({
      model: "gpt-5.4-nano",
      messages: [{ role: "user", content: `Summarise ticket ${ticket.id}` }],
    }),
  );
}

await Promise.all([
  answerTicket({ id: "t-1", agent: "amara", customer: "northwind", channel: "web" }),
  answerTicket({ id: "t-2", agent: "bjorn", customer: "meadow", channel: "email" }),
]);
console.log("two tickets summarised, one per customer");
