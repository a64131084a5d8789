import { z } from "zod";

const name = (max: number) => z.string().trim().min(1).max(max);

/** Body of `PUT prices/endpoints`: an endpoint and what answers there, or a deployment and what it stands for. */
export const endpointRequestSchema = z
  .strictObject({
    endpoint: name(255)
      .regex(/^[^/\s]+$/, "must be a host name, with or without port")
      .optional()
      .describe("Host name as calls report it, with or without port"),
    provider: name(60).optional().describe("The vendor that bills; with a deployment, the vendor it is at"),
    pool: name(60)
      .regex(/^[^/\s]+$/, "must not hold a slash or blanks")
      .optional()
      .describe("Name of the self-hosted pool that answers at the endpoint"),
    deployment: name(300)
      .optional()
      .describe("Azure deployment (<resource>/<deployment> or <deployment>), profile ARN, alias"),
    model: name(200).optional(),
    sku: name(60).optional(),
    zone: name(40).optional(),
    allProjects: z.boolean().default(false).describe("Holds for every project; the operator only"),
  })
  .superRefine((body, context) => {
    const add = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if ((body.endpoint === undefined) === (body.deployment === undefined))
      add("endpoint", "name either an endpoint or a deployment");
    else if (body.endpoint !== undefined && (body.provider === undefined) === (body.pool === undefined))
      add("provider", "name either the vendor (provider) or the self-hosted pool (pool) of the endpoint");
    else if (body.deployment !== undefined && body.provider === undefined)
      add("provider", "name the vendor that the deployment is at");
    if (/^datazone/i.test(body.sku ?? "") && body.zone === undefined)
      add("zone", "name the data zone (eu, us): its price is not the global one");
  });

export type EndpointRequest = z.infer<typeof endpointRequestSchema>;
