import { Global, Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { ApiKeyVerifier } from "./api-key-verifier.js";
import { AuthGuard } from "./auth.guard.js";
import { AuthService } from "./auth.service.js";
import { LoginController } from "./login.controller.js";
import { ProjectDirectory } from "./project-directory.js";
import { SessionsService } from "./sessions.service.js";

/** Global: identity of every request. Registers the guard for all routes. */
@Global()
@Module({
  controllers: [LoginController],
  providers: [
    ApiKeyVerifier,
    AuthService,
    ProjectDirectory,
    SessionsService,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
  exports: [ApiKeyVerifier, AuthService, ProjectDirectory],
})
export class AuthModule {}
