# Builds the wheel in one stage, installs it in the next, runs as an ordinary user with its data in a volume.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links=/wheels lynex \
    && rm -rf /wheels \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin lynex \
    && install --directory --owner=lynex --group=lynex --mode=0700 /data
USER lynex
VOLUME /data
EXPOSE 8000
ENV LYNEX_STORAGE_DATA_DIR=/data LYNEX_SERVER_HOST=0.0.0.0
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["lynex"]
CMD ["serve"]
