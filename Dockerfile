# vendorstatus in a container: docker run -p 127.0.0.1:9184:9184 -v vendorstatus:/data vendorstatus
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# The dependencies are a layer of their own: a change of ours does not fetch them again.
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/build && python -m venv --without-pip /opt/vendorstatus
RUN /opt/build/bin/python -m pip install --require-hashes --only-binary :all: -r requirements-build.txt
RUN python -m pip --python /opt/vendorstatus/bin/python install --require-hashes --only-binary :all: -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY monitor monitor
COPY exporters exporters
# What `monitor/assets` links to.
COPY grafana grafana
COPY docs docs
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation -w /dist .
RUN python -m pip --python /opt/vendorstatus/bin/python install --no-deps /dist/vendorstatus-*.whl

FROM python:${PYTHON}-slim-bookworm
COPY --from=build /opt/vendorstatus /opt/vendorstatus
RUN useradd --system --uid 9184 --user-group --no-create-home --home-dir /data vendorstatus && \
    install -d -o vendorstatus -g vendorstatus /data
# Whoever is let into the container's network may ask (MONITOR_OPEN): who that is, is decided outside, by what publishes the port
# or by network policies. `server.web_config` and `server.tokens` of a settings file ask for more: docs/security.md.
ENV PATH=/opt/vendorstatus/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MONITOR_DATABASE_URL=sqlite:////data/vendorstatus.db MONITOR_LISTEN=0.0.0.0:9184 MONITOR_OPEN=true
# Last, as another version changes no layer above. `make docker` says the version of pyproject.toml.
ARG PYTHON
ARG VERSION=unknown
LABEL org.opencontainers.image.title="vendorstatus" \
    org.opencontainers.image.description="How reliable have your vendors really been? Polls public status pages and exports Prometheus metrics." \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.vendor="vendorstatus contributors" \
    org.opencontainers.image.base.name="docker.io/library/python:${PYTHON}-slim-bookworm"
USER 9184:9184
# A settings file is looked for here first: mount it as /data/monitor.yaml.
WORKDIR /data
VOLUME /data
EXPOSE 9184
# At the port of MONITOR_LISTEN, encrypted or not, whatever a client has to show.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "monitor.health"]
ENTRYPOINT ["monitor"]
CMD ["serve"]
