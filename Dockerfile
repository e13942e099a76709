# The `baton` command and the demo's agents. `docker build --tag baton:0.1.0 .` needs this repository and the npm registry,
# nothing that was installed or built beside it.
FROM node:20-slim AS base
WORKDIR /baton

FROM base AS build
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
# The pnpm package.json names, and what the lockfile names: fetched again only when these files change.
RUN npm install --global "$(node -p 'require("./package.json").packageManager')" && pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --offline && pnpm --recursive run build
# What builds and tests stays behind.
RUN rm -rf node_modules bench/node_modules packages/*/node_modules \
  && pnpm install --frozen-lockfile --offline --prod

FROM base
COPY --from=build /baton /baton
RUN ln -s /baton/packages/cli/bin/baton.js /usr/local/bin/baton \
  && ln -s /baton/infra/container/on-mesh.sh /usr/local/bin/on-mesh
# The user "node"; by number, so that Kubernetes can see that it is not root.
USER 1000
ENTRYPOINT ["baton"]
CMD ["--help"]
