# An agent in a container, used as the official Consul image is (docker/entrypoint.sh). Nothing but Debian and npm is needed:
#   docker build -t proconsul .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libatomic1 nodejs npm
WORKDIR /src
COPY . .
# The install builds `dist`; what only the build needed goes. The program runs on the Node that the package pins.
RUN npm ci && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-*/include

FROM debian:bookworm-slim
# libatomic1: the pinned Node wants it. tini: the agent's checks may leave children behind, and the first process of a container inherits them.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libatomic1 tini && rm -rf /var/lib/apt/lists/*
# Group 0 may write as well, so that the container runs under any user id (`--user 12345:0`).
RUN useradd --system --user-group --no-create-home --home-dir /consul --shell /usr/sbin/nologin consul \
 && mkdir -p /consul/data /consul/config && chown -R consul:root /consul && chmod -R g=u /consul
COPY --from=build /src/package.json /src/LICENSE /opt/proconsul/
COPY --from=build /src/bin /opt/proconsul/bin
COPY --from=build /src/dist /opt/proconsul/dist
COPY --from=build /src/node_modules /opt/proconsul/node_modules
COPY docker/entrypoint.sh docker/health.sh docker/address-of.sh /usr/local/lib/proconsul/
RUN ln -s /opt/proconsul/bin/proconsul /usr/local/bin/consul && ln -s /opt/proconsul/bin/proconsul /usr/local/bin/proconsul
VOLUME /consul/data
# Server RPC and Raft, gossip of the datacenter and between datacenters, HTTP and UI, gRPC, DNS.
EXPOSE 8300 8301 8301/udp 8302 8302/udp 8500 8502 8600 8600/udp
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/lib/proconsul/health.sh"]
ENTRYPOINT ["tini", "--", "/usr/local/lib/proconsul/entrypoint.sh"]
CMD ["agent", "-dev", "-client", "0.0.0.0"]
