# Dependencies are fetched in one stage and copied to the other, which has no npm and no build tools.
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Node is in the image already: the one that npm brings along goes again, and so do sources that are only for building and binaries for other systems.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-bin-* node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name "$(node -p 'process.platform + "-" + process.arch').node" -delete

FROM node:26-slim
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && install -d -o 10053 -g 10053 -m 0700 /var/lib/understudy
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY src ./src
COPY zones /etc/understudy/zones
ENV NODE_ENV=production
USER 10053:10053
VOLUME /var/lib/understudy
EXPOSE 5300/udp 5300/tcp
# Nothing is written but the state: it runs with a read-only root file system and without any capability.
# Port 53 of the host is given by -p 53:5300/udp -p 53:5300/tcp: the process needs no privilege.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8053/livez', { signal: AbortSignal.timeout(2500) }).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/understudy.js"]
CMD ["serve", "--zones", "/etc/understudy/zones", "--state", "/var/lib/understudy/understudy.db", "--listen", "0.0.0.0:5300"]
