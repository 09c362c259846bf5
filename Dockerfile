# The image has the program, the roots of TLS, and a folder to write in; no shell, no user of root's rights.
# docker build --build-arg VERSION="$(git describe --tags --always)" --build-arg COMMIT="$(git rev-parse HEAD)" -t greenwatch .
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=devel
ARG COMMIT=unknown
RUN mkdir -p /out/data && bash .ci/build "${TARGETOS:-linux}" "${TARGETARCH:-$(go env GOARCH)}" /out/greenwatch

FROM scratch
ARG VERSION=devel
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="greenwatch" \
      org.opencontainers.image.description="Watches GREEN-API instances and alerts in Telegram" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/greenwatch /usr/bin/greenwatch
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
# A database server may be a minute late. With HTTP_ADDR=off this has to be disabled.
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s CMD ["/usr/bin/greenwatch", "health"]
ENTRYPOINT ["/usr/bin/greenwatch"]
