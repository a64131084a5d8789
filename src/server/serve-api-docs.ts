import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";

/** Serves the OpenAPI document at `/api/openapi.json` and its reader at `/api/docs`. Call before `app.init()`. */
export function serveApiDocs(app: NestFastifyApplication): void {
  const options = new DocumentBuilder()
    .setTitle("Spanledger")
    .setDescription(
      "What LLM API calls cost: calls, spend, budgets, alerts. Money is a decimal string; times are RFC 3339.",
    )
    .setVersion("1")
    .addApiKey({ type: "apiKey", in: "header", name: "x-spanledger-key" }, "key")
    .addBearerAuth()
    .build();
  SwaggerModule.setup("api/docs", app, () => SwaggerModule.createDocument(app, options), {
    jsonDocumentUrl: "api/openapi.json",
    yamlDocumentUrl: "api/openapi.yaml",
  });
}
