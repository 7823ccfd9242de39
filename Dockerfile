# Builds the server from source, with the app embedded: `docker build -t claimgate .`
#
# The image has no shell. The first start writes the bootstrap token into the volume, not into the
# container's log; `docker exec CONTAINER /usr/local/bin/claimgate bootstrap-token` prints it until it is used.

# The version of the workflows. A digest after the tag (`rust:1.95.0-trixie@sha256:…`) would pin
# the system's packages too; `docker buildx imagetools inspect rust:1.95.0-trixie` prints it.
FROM rust:1.95.0-trixie AS build
# Without this, rust-toolchain.toml would make rustup install the newest stable version in its place.
ENV RUSTUP_TOOLCHAIN=1.95.0
# The build of the app needs Node.js 20, which Debian 13 (trixie) has.
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The build puts the app into dist/, and the program embeds it.
RUN cargo xtask build && cargo build --locked --profile server -p claimgate-cli --features app
# The last stage has no shell, so its files are collected here: the program, the C library it is
# linked to, certificates, a folder.
RUN mkdir -p /out/usr/local/bin /out/etc/ssl/certs /out/var/lib/claimgate \
    && cp target/server/claimgate /out/usr/local/bin/ \
    && ldd target/server/claimgate | grep -o '/[^ ]*' | xargs -I{} cp --parents -L {} /out \
    && cp -L /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && chown 65532:65532 /out/var/lib/claimgate

# No shell, no package manager, no other program.
FROM scratch
COPY --from=build /out /
USER 65532:65532
ENV CLAIMGATE_LISTEN=0.0.0.0:8080 CLAIMGATE_DATABASE=sqlite:/var/lib/claimgate/claimgate.db
VOLUME /var/lib/claimgate
EXPOSE 8080
# SIGTERM lets open requests finish.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/claimgate", "serve"]
