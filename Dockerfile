# The image of the action: one static binary and the CA bundle that its TLS clients need, nothing else.
FROM rust:1.95.0-slim-bookworm AS build

# The image's own toolchain, without the components that rust-toolchain.toml adds for development.
ENV RUSTUP_TOOLCHAIN=1.95.0
# ring's C code builds for musl with plain gcc; without these cc looks for a musl-gcc that is not there.
ENV CC_x86_64_unknown_linux_musl=gcc CC_aarch64_unknown_linux_musl=gcc

WORKDIR /gate
COPY . .
RUN target="$(uname -m)-unknown-linux-musl" \
    && rustup target add "$target" \
    && cargo build --release --locked --target "$target" --bin upgrade-gate \
    && install -D "target/$target/release/upgrade-gate" /image/upgrade-gate \
    && install -D -m 644 /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 1777 /image/tmp

# No USER: the runner's workspace belongs to root, and the engine's socket is root's too.
FROM scratch
COPY --from=build /image/ /
ENTRYPOINT ["/upgrade-gate"]
