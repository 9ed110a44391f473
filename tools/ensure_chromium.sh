#!/bin/sh
# The browser tests need Chromium. Install Debian's package where that is possible; else those tests say why they skip.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
command -v apt-get >/dev/null 2>&1 || { echo "Chromium not found and no apt-get here: browser tests will skip."; exit 0; }
if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else
    echo "Chromium not found and no right to install it: browser tests will skip."
    exit 0
fi
echo "Installing Chromium for the browser tests ..."
{ $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
    >/dev/null 2>&1 || echo "Chromium could not be installed: browser tests will skip."
exit 0
