FROM rust:1.95.0-slim-bookworm@sha256:d7482085ff5b415f84dba5647ae71606650bdef00db7aeb69f4b3d170c3e4082 AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make perl && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin trapline && install -d -o 65532 -g 65532 /data

# The C library, the certificates of authorities and the time zones' names; no shell and no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
COPY --from=build /src/target/release/trapline /usr/local/bin/trapline
COPY --from=build --chown=65532:65532 /data /data
# As the image says by itself; in numbers, for those who demand that it is not root.
USER 65532:65532
WORKDIR /data
# The one place that is written to: the rest may be read-only.
VOLUME /data
ENV DATABASE_URL=sqlite:///data/trapline.db
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/usr/local/bin/trapline", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/trapline"]
# The web channel's admin link is a secret, and Docker keeps what is printed. `trapline admin` prints it.
CMD ["run", "--quiet"]
