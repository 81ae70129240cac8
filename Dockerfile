# The product for production: one image for web, worker and beat. PostgreSQL and Redis are services of their own.
FROM node:22-slim AS browser
WORKDIR /gridgov
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=gridgov.settings.prod GRIDGOV_VAR=/var/lib/gridgov
WORKDIR /gridgov
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/runtime.txt
COPY --from=browser /gridgov/node_modules node_modules
COPY manage.py pyproject.toml ./
COPY gridgov gridgov
COPY apps apps
COPY tools tools
COPY config config
COPY templates templates
COPY static static
RUN useradd --system --home-dir /var/lib/gridgov --create-home gridgov \
    && python -m tools.translations compile \
    && chown -R gridgov: /var/lib/gridgov
USER gridgov
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "config/gunicorn/gunicorn.conf.py", "gridgov.wsgi"]
