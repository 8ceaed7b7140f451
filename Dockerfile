# Two stages: one installs with hashes checked; the other carries no compiler, no pip of ours and no cache.
# Without Docker: `make image` (deploy/build-without-docker.sh) builds it, and runs it with a root that cannot be written.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
 && /venv/bin/pip uninstall --yes pip setuptools \
 && find /venv -type d -name tests -prune -exec rm -r {} +

FROM ${BASE}
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2
RUN useradd --no-log-init --uid 10001 --no-create-home --shell /usr/sbin/nologin miomio
COPY --from=build /venv /venv
WORKDIR /app
# With build/proofs.json, where `make test` wrote it: --build-arg RELEASE=$(git rev-parse HEAD) says whose results they are.
COPY . .
# Once and for all: nothing can be written where it runs, so that each start would compile it again.
RUN python -m compileall -q --invalidation-mode unchecked-hash .
ARG RELEASE=
ENV RELEASE=$RELEASE
USER 10001
EXPOSE 8080
CMD ["python", "-m", "web"]
