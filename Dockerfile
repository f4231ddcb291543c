# The image of Draft Maker. docs/DEPLOYMENT.md says how it is run; scripts/test-container builds and tries it.
#
#   docker build -t draft-maker-staging:latest .
#
# Both base images are arguments, for a mirror or another release. The first needs the Rust that rust-toolchain.toml
# names, a C compiler and ca-certificates; the second the same libc or a newer one, useradd and a shell.
ARG BUILDER_IMAGE=docker.io/library/rust:1.95.0-slim-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${BUILDER_IMAGE} AS builder
# Shown by `draft-maker --version`: --build-arg DRAFT_MAKER_COMMIT="$(git rev-parse --short HEAD)"
ARG DRAFT_MAKER_COMMIT
ARG DRAFT_MAKER_COMMIT_DATE
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY build.rs build.rs
COPY src src
COPY benches benches
COPY assets assets
# `--release` is optimized as a whole and stripped; on two cores it takes 10 to 15 minutes.
RUN cargo build --release --locked --bin draft-maker

FROM ${RUNTIME_IMAGE}
# 1000, as the earlier image had it: files in mounted folders keep their owner.
RUN groupadd --gid 1000 draft-maker \
    && useradd --uid 1000 --gid 1000 --home-dir /app --no-create-home --shell /usr/sbin/nologin draft-maker \
    && install -d -o draft-maker -g draft-maker /app/logs /app/output
# The services' certificates are checked against these; the small base image has none.
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=builder /build/target/release/draft-maker /usr/local/bin/draft-maker

WORKDIR /app
USER draft-maker
# A published port does not lead to loopback, so the service listens on all addresses. It asks for a token and makes one at
# the first start: DEPLOYMENT.md, "Access control". Journal, cached responses, token and sign-in are in a folder below the
# results, because that has always been mounted: a new container continues where the old one was. DEPLOYMENT.md,
# "Volumes".
ENV MODE=api \
    DRAFT_MAKER__SERVER__HOST=0.0.0.0 \
    OUTPUT_DIR=/app/output \
    DRAFT_MAKER_DATA_DIR=/app/output/.draft-maker \
    DRAFT_MAKER__HTTP__PACE_DIR=/app/output/.draft-maker/pace \
    DRAFT_MAKER__EBAY__CREDENTIALS_DIR=/app/output/.draft-maker/sign-in \
    DRAFT_MAKER__LOG__DIRECTORY=/app/logs
VOLUME ["/app/logs", "/app/output"]
EXPOSE 8080
# The program checks the service; the image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["draft-maker", "health", "--live"]
# The program is process 1 and receives the signals. After SIGTERM, it saves its work and ends within eight of Docker's ten
# seconds.
CMD ["draft-maker"]
