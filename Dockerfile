# Builds everything in one stage and ships only what runs in the other.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/sdk/package.json src/sdk/package.json
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY tools tools
COPY src src
COPY web web
COPY dashboards dashboards
COPY migrations migrations
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-slim
WORKDIR /app
# All addresses, because a container's loopback reaches nobody: the server then refuses to start without SPANLEDGER_ADMIN_PASSWORD.
ENV NODE_ENV=production \
    SPANLEDGER_HOST=0.0.0.0 \
    SPANLEDGER_DATA_DIR=/var/lib/spanledger
RUN install --directory --owner=node --group=node /var/lib/spanledger
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/src/sdk src/sdk
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
COPY --from=build /app/dashboards dashboards
COPY --from=build /app/migrations migrations
USER node
VOLUME /var/lib/spanledger
# HTTP (OTLP, API, page), OTLP/gRPC, and the ClickHouse facade of the embedded engine.
EXPOSE 4318 4317 8123
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SPANLEDGER_PORT ?? 4318}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: signals reach the server itself, and it stops in order.
ENTRYPOINT ["node", "bin/spanledger.cjs"]
CMD ["start"]
