# One image for every role: docker-compose.yml says which program runs. It carries dist and production dependencies;
# setup.mjs stays behind, which is how bin/updraft.mjs knows that there is nothing to bring up to date.
FROM node:20.19-bookworm-slim AS build
WORKDIR /updraft
COPY package.json package-lock.json .npmrc setup.mjs ./
RUN node setup.mjs
COPY . .
RUN node setup.mjs --build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20.19-bookworm-slim
ENV NODE_ENV=production NODE_OPTIONS="--enable-source-maps --max-semi-space-size=128"
WORKDIR /updraft
COPY --from=build /updraft/node_modules node_modules
COPY --from=build /updraft/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY policies policies
# A named volume takes its owner from the folder it is mounted on.
RUN mkdir .updraft && chown node:node .updraft
USER node
EXPOSE 8080
CMD ["node", "dist/apps/standalone/src/main.js"]
