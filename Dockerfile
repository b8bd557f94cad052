# mailfleet in a container. `docker build .` needs nothing but this folder.
FROM docker.io/library/debian:bookworm-slim AS build
WORKDIR /src
COPY packages packages
RUN packages/install build
COPY . .
RUN cmake --preset release && cmake --build --preset release -j "$(packages/jobs)" && cd build/release && cpack -G DEB

FROM docker.io/library/debian:bookworm-slim AS monitor
RUN --mount=type=bind,from=build,source=/src/build/release,target=/built \
    apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /built/mailfleet_*.deb && \
    rm -rf /var/lib/apt/lists/* && \
    usermod --uid 9970 mailfleet && groupmod --gid 9970 mailfleet && chown -R 9970:9970 /var/lib/mailfleet
USER 9970:9970
WORKDIR /var/lib/mailfleet
VOLUME /var/lib/mailfleet
EXPOSE 9970
# The image has no HTTP client besides the shell's.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9970 && printf 'GET /-/healthy HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"]
ENTRYPOINT ["/usr/bin/mailfleet"]
CMD ["serve", "--config", "/etc/mailfleet/config.toml"]

# The demo's little internet beside the monitor, for docker-compose.demo.yml.
FROM monitor AS demo
COPY --from=build /src/build/release/mailfleet-lab /usr/bin/mailfleet-lab
COPY demo /usr/share/mailfleet/demo
COPY deploy/compose/demo /usr/bin/mailfleet-demo
ENTRYPOINT ["/usr/bin/mailfleet-demo"]
CMD []
