/** Chromium: the console and Swagger UI in a real browser, steered by playwright-core. */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

/** Debian's release: in it Chromium follows upstream every few weeks, so that a pinned version would soon be gone. */
const VERSION = '12';

/** What `ldd` names, without what every Debian has. */
const LIBRARIES = [
  ...['asound2', 'asyncns0', 'atk-bridge2.0-0', 'atk1.0-0', 'atspi2.0-0', 'avahi-client3', 'avahi-common3'],
  ...['brotli1', 'bsd0', 'cairo2', 'cups2', 'datrie1', 'dav1d6', 'dbus-1-3', 'double-conversion3', 'drm2'],
  ...['expat1', 'flac12', 'fontconfig1', 'freetype6', 'fribidi0', 'gbm1', 'glib2.0-0', 'graphite2-3'],
  ...['gssapi-krb5-2', 'harfbuzz-subset0', 'harfbuzz0b', 'jpeg62-turbo', 'k5crypto3', 'keyutils1', 'krb5-3'],
  ...['krb5support0', 'lcms2-2', 'minizip1', 'mp3lame0', 'mpg123-0', 'nspr4', 'nss3', 'ogg0', 'openh264-7'],
  ...['openjp2-7', 'opus0', 'pango-1.0-0', 'pixman-1-0', 'png16-16', 'pulse0', 'sndfile1', 'thai0'],
  ...['vorbis0a', 'vorbisenc2', 'wayland-server0', 'x11-6', 'x11-xcb1', 'xau6', 'xcb-render0', 'xcb-shm0'],
  ...['xcb1', 'xcomposite1', 'xdamage1', 'xdmcp6', 'xext6', 'xfixes3', 'xi6', 'xkbcommon0', 'xnvctrl0'],
  ...['xrandr2', 'xrender1'],
].map((name) => `lib${name}`);

export const chromium = {
  name: 'chromium',
  version: VERSION,
  purpose: 'shows the console and Swagger UI',
  requires: [needs.debian(VERSION)],
  recipe: debianPrograms({
    package: 'chromium',
    programs: { chromium: 'usr/lib/chromium/chromium' },
    with: ['chromium-common', ...LIBRARIES],
    libraries: ['usr/lib/x86_64-linux-gnu/pulseaudio', 'usr/lib/aarch64-linux-gnu/pulseaudio'],
  }),
  outputs: ['bin/chromium', 'usr/lib/chromium/chromium'],
  main: 'bin/chromium',
  checks: [{ run: ['bin/chromium', '--version'], prints: 'Chromium' }],
} as const satisfies Tool;
