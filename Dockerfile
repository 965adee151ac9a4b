# The image of the action: one static binary and the CA bundle that its TLS clients need, nothing else.
FROM rust:1.95.0-slim-bookworm AS build

# The image's own toolchain, without the components that rust-toolchain.toml adds for development.
ENV RUSTUP_TOOLCHAIN=1.95.0

# The time that the files of the image get; a build that sets it to the commit's can be repeated byte by byte.
ARG SOURCE_DATE_EPOCH=0

WORKDIR /gate
COPY . .
RUN rustup target add "$(uname -m)-unknown-linux-musl" && .ci/image.sh root /image

# No USER: the runner's workspace belongs to root, and the engine's socket is root's too.
FROM scratch
LABEL org.opencontainers.image.title="mattermost-upgrade-gate"
LABEL org.opencontainers.image.description="Rolls a Mattermost cluster from the stable to the release version and says whether it held"
LABEL org.opencontainers.image.source="https://github.com/mattermost-upgrade-gate/mattermost-upgrade-gate"
LABEL org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/ /
ENTRYPOINT ["/upgrade-gate"]
