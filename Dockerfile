# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make perl && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data trapline && install -d -o trapline /data
COPY --from=build /src/target/release/trapline /usr/local/bin/trapline
USER trapline
WORKDIR /data
VOLUME /data
ENV DATABASE_URL=sqlite:///data/trapline.db
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["trapline", "healthcheck"]
ENTRYPOINT ["trapline"]
