# One image for web, worker and beat; the command tells which. Nothing of it runs as root.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install -r /tmp/base.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /home/helpdesk helpdesk \
 && install -d -o helpdesk -g helpdesk /var/lib/helpdesk /var/lib/helpdesk/media
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=helpdesk.settings \
    HELPDESK_ENV=production \
    LOCAL_DIR=/var/lib/helpdesk \
    MEDIA_ROOT=/var/lib/helpdesk/media \
    STATIC_ROOT=/srv/helpdesk/static
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/helpdesk
COPY . .
# the texts and the static files are part of the image; the secret lives for this one line
RUN pybabel -q compile -d locale -D django \
 && SECRET_KEY=only-while-the-static-files-are-collected-0123456789 ALLOWED_HOSTS=build.invalid python manage.py collectstatic --no-input -v 0 \
 && python -m compileall -q helpdesk players tickets
USER helpdesk
EXPOSE 8000
VOLUME /var/lib/helpdesk
STOPSIGNAL SIGTERM
CMD ["gunicorn", "helpdesk.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "16", \
     "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--max-requests", "5000", "--max-requests-jitter", "500"]
