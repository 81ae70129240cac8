#!/bin/sh
# Chromium without windows and a Chinese font for the browser tests, from Debian's packages. Needs root; does nothing when both are there.
set -eu
if command -v chromium-headless-shell >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q .; then
    echo "Chromium and a Chinese font are installed"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "make browsers installs Debian packages and needs root" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk fontconfig
