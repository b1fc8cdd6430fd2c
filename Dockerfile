# Two stages: the first makes the environment, the second holds it and nothing that made it (no compiler, no cache).
FROM python:3.13-slim AS environment
WORKDIR /build
COPY requirements.lock .
RUN python -m venv --without-pip /opt/monitor \
 && python -m pip --python /opt/monitor/bin/python install --no-cache-dir --disable-pip-version-check --quiet \
      --only-binary :all: --require-hashes --requirement requirements.lock \
 && find /opt/monitor -depth -type d \( -name tests -o -name test -o -name __pycache__ \) -exec rm -rf {} + \
 && find /opt/monitor/lib \( -name '*.pyx' -o -name '*.pxd' -o -name '*.cpp' -o -name '*.c' -o -name '*.h' \) -delete

FROM python:3.13-slim
# The user first, then what changes seldom, then the program: an update of the program ships a small layer.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin monitor \
 && install -d -o 10001 -g 10001 /data
COPY --from=environment /opt/monitor /opt/monitor
RUN printf '#!/bin/sh\nexec /opt/monitor/bin/python -m monitor "$@"\n' >/usr/local/bin/monitor \
 && chmod 755 /usr/local/bin/monitor
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MONITOR_DATA=/data
WORKDIR /app
COPY config config
COPY seeds seeds
COPY monitor monitor
RUN PYTHONDONTWRITEBYTECODE= /opt/monitor/bin/python -m compileall -q monitor
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["monitor"]
CMD ["run"]
